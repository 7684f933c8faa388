#include "tokenizers/decoders/byte_level.h"

#include <string>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"

namespace onnxformers::tokenizers {

namespace {

class ByteLevelRun final : public DecoderRun {
 public:
  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      const std::size_t before = bytes_.size();
      if (!ByteAlphabet::append_bytes(bytes_, token)) {
        bytes_.resize(before);
        bytes_.append(token);
      }
    });
    // A character may have its bytes in several tokens.
    const std::size_t held = is_last ? 0 : utf8::incomplete_tail(bytes_);
    const std::size_t certain = bytes_.size() - held;
    utf8::append_lossy(out.block(), std::string_view(bytes_).substr(0, certain));
    bytes_.erase(0, certain);
    if (is_last) {
      out.end_token();
    }
  }

 private:
  std::string bytes_;
  TokenGatherer gatherer_;
};

}  // namespace

std::unique_ptr<Decoder> ByteLevelDecoder::from_json(const Field& field) {
  // The options of the pre-tokenizer stand here too and mean nothing.
  for (const char* name : {"add_prefix_space", "trim_offsets", "use_regex"}) {
    (void)field.bool_or(name, true);
  }
  return std::make_unique<ByteLevelDecoder>();
}

std::unique_ptr<DecoderRun> ByteLevelDecoder::start() const {
  return std::make_unique<ByteLevelRun>();
}

}  // namespace onnxformers::tokenizers
