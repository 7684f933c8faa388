#include <array>

#include "tokenizers/normalizers/bert_normalizer.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/normalizers/sequence.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<Normalizer> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertNormalizer", .make = &BertNormalizer::from_json},
    {.type = "Sequence", .make = &NormalizerSequence::from_json},
});

}  // namespace

std::unique_ptr<Normalizer> make_normalizer(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

}  // namespace onnxformers::tokenizers
