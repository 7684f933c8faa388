#include "tokenizers/decoders/sequence.h"

#include <array>

namespace onnxformers::tokenizers {

namespace {

void copy(const TokenList& part, TokenList& out) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    out.add(part.token(i));
  }
  out.append(part.rest());
}

class SequenceRun final : public DecoderRun {
 public:
  explicit SequenceRun(std::vector<std::unique_ptr<DecoderRun>> steps) : steps_(std::move(steps)) {}

  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    if (steps_.empty()) {
      copy(part, out);
      return;
    }
    const TokenList* from = &part;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      TokenList* to = &out;
      if (i + 1 < steps_.size()) {
        to = &between_[i % between_.size()];
        to->clear();
        to->reserve(from->size(), from->characters().size());
      }
      steps_[i]->decode(*from, is_last, *to);
      from = to;
    }
  }

 private:
  std::vector<std::unique_ptr<DecoderRun>> steps_;
  std::array<TokenList, 2> between_;
};

}  // namespace

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

std::unique_ptr<DecoderRun> DecoderSequence::start() const {
  std::vector<std::unique_ptr<DecoderRun>> runs;
  runs.reserve(steps_.size());
  for (const auto& step : steps_) {
    runs.push_back(step->start());
  }
  return std::make_unique<SequenceRun>(std::move(runs));
}

}  // namespace onnxformers::tokenizers
