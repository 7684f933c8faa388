#include "tokenizers/decoders/fuse.h"

namespace onnxformers::tokenizers {

namespace {

class FuseRun final : public DecoderRun {
 public:
  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    out.append(part.characters());
    if (is_last) {
      out.end_token();
    }
  }
};

}  // namespace

std::unique_ptr<Decoder> FuseDecoder::from_json(const Field& /*field*/) {
  return std::make_unique<FuseDecoder>();
}

std::unique_ptr<DecoderRun> FuseDecoder::start() const { return std::make_unique<FuseRun>(); }

}  // namespace onnxformers::tokenizers
