#include <array>

#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/sequence.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<PreTokenizer> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertPreTokenizer", .make = &BertPreTokenizer::from_json},
    {.type = "ByteLevel", .make = &ByteLevel::from_json},
    {.type = "Sequence", .make = &PreTokenizerSequence::from_json},
});

}  // namespace

std::unique_ptr<PreTokenizer> make_pre_tokenizer(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

void PreTokenizedText::reset_pieces() {
  pieces.clear();
  if (!text.text().empty()) {
    pieces.push_back({.begin = 0, .end = static_cast<std::uint32_t>(text.text().size())});
  }
}

}  // namespace onnxformers::tokenizers
