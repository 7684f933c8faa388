#include "tokenizers/decoders/sequence.h"

namespace onnxformers::tokenizers {

std::unique_ptr<Decoder> DecoderSequence::from_json(const Field& field) {
  const Field list = field.member("decoders");
  (void)list.expect(json::Type::Array);
  std::vector<std::unique_ptr<Decoder>> steps;
  steps.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    steps.push_back(make_decoder(list.element(i)));
  }
  return std::make_unique<DecoderSequence>(std::move(steps));
}

void DecoderSequence::decode(std::vector<std::string>& tokens) const {
  for (const auto& step : steps_) {
    step->decode(tokens);
  }
}

}  // namespace onnxformers::tokenizers
