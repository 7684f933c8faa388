#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/sequence.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<PreTokenizer> (*make)(const Field&);
};

constexpr Maker kMakers[] = {
    {"BertPreTokenizer", &BertPreTokenizer::from_json},
    {"Sequence", &PreTokenizerSequence::from_json},
};

}  // namespace

std::unique_ptr<PreTokenizer> make_pre_tokenizer(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

void PreTokenizedText::reset_pieces() {
  pieces.clear();
  if (!text.text().empty()) {
    pieces.push_back({0, static_cast<std::uint32_t>(text.text().size())});
  }
}

}  // namespace onnxformers::tokenizers
