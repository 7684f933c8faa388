#include "tokenizers/normalizers/sequence.h"

namespace onnxformers::tokenizers {

std::unique_ptr<Normalizer> NormalizerSequence::from_json(const Field& field,
                                                          TableArchive* archive) {
  const Field list = field.member("normalizers");
  (void)list.expect(json::Type::Array);
  std::vector<std::unique_ptr<Normalizer>> steps;
  steps.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    steps.push_back(make_normalizer(list.element(i), archive));
  }
  if (steps.size() == 1) {
    return std::move(steps.front());
  }
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

void NormalizerSequence::normalize(NormalizedText& text) const {
  for (const auto& step : steps_) {
    step->normalize(text);
  }
}

}  // namespace onnxformers::tokenizers
