#include <array>

#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/char_delimiter_split.h"
#include "tokenizers/pre_tokenizers/digits.h"
#include "tokenizers/pre_tokenizers/fixed_length.h"
#include "tokenizers/pre_tokenizers/metaspace.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/pre_tokenizers/punctuation.h"
#include "tokenizers/pre_tokenizers/sequence.h"
#include "tokenizers/pre_tokenizers/split.h"
#include "tokenizers/pre_tokenizers/unicode_scripts.h"
#include "tokenizers/pre_tokenizers/whitespace.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<PreTokenizer> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertPreTokenizer", .make = &BertPreTokenizer::from_json},
    {.type = "ByteLevel", .make = &ByteLevel::from_json},
    {.type = "CharDelimiterSplit", .make = &CharDelimiterSplit::from_json},
    {.type = "Digits", .make = &Digits::from_json},
    {.type = "FixedLength", .make = &FixedLength::from_json},
    {.type = "Metaspace", .make = &Metaspace::from_json},
    {.type = "Punctuation", .make = &Punctuation::from_json},
    {.type = "Sequence", .make = &PreTokenizerSequence::from_json},
    {.type = "Split", .make = &Split::from_json},
    {.type = "UnicodeScripts", .make = &UnicodeScripts::from_json},
    {.type = "Whitespace", .make = &Whitespace::from_json},
    {.type = "WhitespaceSplit", .make = &WhitespaceSplit::from_json},
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
