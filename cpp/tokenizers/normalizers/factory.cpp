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

using Made = std::unique_ptr<Normalizer>;

struct Maker {
  std::string_view type;
  Made (*make)(const Field&, TableArchive*);
};

/// A maker of what has no tables.
template <Made (*kFromJson)(const Field&)>
Made made(const Field& field, TableArchive* /*archive*/) {
  return kFromJson(field);
}

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertNormalizer", .make = &made<&BertNormalizer::from_json>},
    {.type = "ByteLevel", .make = &made<&ByteLevelNormalizer::from_json>},
    {.type = "Lowercase", .make = &made<&Lowercase::from_json>},
    {.type = "NFC", .make = &made<&UnicodeForm::from_json<UnicodeForm::kNfc>>},
    {.type = "NFD", .make = &made<&UnicodeForm::from_json<UnicodeForm::kNfd>>},
    {.type = "NFKC", .make = &made<&UnicodeForm::from_json<UnicodeForm::kNfkc>>},
    {.type = "NFKD", .make = &made<&UnicodeForm::from_json<UnicodeForm::kNfkd>>},
    {.type = "Nmt", .make = &made<&Nmt::from_json>},
    {.type = "Precompiled", .make = &Precompiled::from_json},
    {.type = "Prepend", .make = &made<&Prepend::from_json>},
    {.type = "Replace", .make = &made<&Replace::from_json>},
    {.type = "Sequence", .make = &NormalizerSequence::from_json},
    {.type = "Strip", .make = &made<&Strip::from_json>},
    {.type = "StripAccents", .make = &made<&StripAccents::from_json>},
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

std::unique_ptr<Normalizer> make_normalizer(const Field& field, TableArchive* archive) {
  return make_component(kMakers, field, normalizer_type(field), archive);
}

}  // namespace onnxformers::tokenizers
