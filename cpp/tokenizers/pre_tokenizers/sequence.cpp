#include "tokenizers/pre_tokenizers/sequence.h"

#include <algorithm>

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> PreTokenizerSequence::from_json(const Field& field) {
  const Field list = field.member("pretokenizers");
  (void)list.expect(json::Type::Array);
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  steps.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    steps.push_back(make_pre_tokenizer(list.element(i)));
  }
  if (steps.size() == 1) {
    return std::move(steps.front());
  }
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

bool PreTokenizerSequence::needs_origins() const noexcept {
  return std::ranges::any_of(steps_, [](const auto& step) { return step->needs_origins(); });
}

void PreTokenizerSequence::split(PreTokenizedText& text) const {
  for (const auto& step : steps_) {
    step->split(text);
  }
}

}  // namespace onnxformers::tokenizers
