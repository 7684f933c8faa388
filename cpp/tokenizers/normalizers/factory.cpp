#include <array>

#include "tokenizers/normalizers/bert_normalizer.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/normalizers/precompiled.h"
#include "tokenizers/normalizers/replace.h"
#include "tokenizers/normalizers/sequence.h"
#include "tokenizers/normalizers/simple.h"
#include "tokenizers/normalizers/unicode_form.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<Normalizer> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertNormalizer", .make = &BertNormalizer::from_json},
    {.type = "ByteLevel", .make = &ByteLevelNormalizer::from_json},
    {.type = "Lowercase", .make = &Lowercase::from_json},
    {.type = "NFC", .make = &UnicodeForm::from_json<UnicodeForm::kNfc>},
    {.type = "NFD", .make = &UnicodeForm::from_json<UnicodeForm::kNfd>},
    {.type = "NFKC", .make = &UnicodeForm::from_json<UnicodeForm::kNfkc>},
    {.type = "NFKD", .make = &UnicodeForm::from_json<UnicodeForm::kNfkd>},
    {.type = "Nmt", .make = &Nmt::from_json},
    {.type = "Precompiled", .make = &Precompiled::from_json},
    {.type = "Prepend", .make = &Prepend::from_json},
    {.type = "Replace", .make = &Replace::from_json},
    {.type = "Sequence", .make = &NormalizerSequence::from_json},
    {.type = "Strip", .make = &Strip::from_json},
    {.type = "StripAccents", .make = &StripAccents::from_json},
});

/// Old files have no "type": one member of its own tells.
struct Sign {
  std::string_view member;
  std::string_view type;
};
constexpr auto kSigns = std::to_array<Sign>({
    {.member = "handle_chinese_chars", .type = "BertNormalizer"},
    {.member = "normalizers", .type = "Sequence"},
    {.member = "pattern", .type = "Replace"},
    {.member = "precompiled_charsmap", .type = "Precompiled"},
    {.member = "prepend", .type = "Prepend"},
    {.member = "strip_left", .type = "Strip"},
});

}  // namespace

std::string_view normalizer_type(const Field& field) {
  if (!field.find("type")) {
    for (const Sign& sign : kSigns) {
      if (field.find(sign.member)) {
        return sign.type;
      }
    }
  }
  return field.member("type").as_string();
}

std::unique_ptr<Normalizer> make_normalizer(const Field& field) {
  return make_component(kMakers, field, normalizer_type(field));
}

}  // namespace onnxformers::tokenizers
