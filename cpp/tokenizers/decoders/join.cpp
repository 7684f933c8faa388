#include "tokenizers/decoders/join.h"

namespace onnxformers::tokenizers {

namespace {

class JoinRun final : public DecoderRun {
 public:
  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      if (!is_first_) {
        out.append(' ');
      }
      is_first_ = false;
      out.add(token);
    });
  }

 private:
  bool is_first_ = true;
  TokenGatherer gatherer_;
};

}  // namespace

std::unique_ptr<DecoderRun> JoinDecoder::start() const { return std::make_unique<JoinRun>(); }

}  // namespace onnxformers::tokenizers
