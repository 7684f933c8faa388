#include "tokenizers/decoders/byte_fallback.h"

#include <optional>
#include <string_view>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return lower - 'a' + 10;
  }
  return std::nullopt;
}

class ByteFallbackRun final : public DecoderRun {
 public:
  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      if (const auto byte = fallback_byte(token)) {
        bytes_.push_back(*byte);
        return;
      }
      end_bytes(out);
      out.add(token);
    });
    if (is_last) {
      end_bytes(out);
    }
  }

 private:
  void end_bytes(TokenList& out) {
    if (bytes_.empty()) {
      return;
    }
    if (utf8::is_valid(bytes_)) {
      out.add(bytes_);
    } else {
      for (std::size_t i = 0; i < bytes_.size(); ++i) {
        out.add(kReplacementCharacter);
      }
    }
    bytes_.clear();
  }

  std::string bytes_;
  TokenGatherer gatherer_;
};

}  // namespace

std::optional<char> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') {
    return std::nullopt;
  }
  // The reference's integer parser takes a sign: <0x+A> is a byte.
  const auto high = token[3] == '+' ? std::optional<unsigned>(0) : hex_digit(token[3]);
  const auto low = hex_digit(token[4]);
  if (!high || !low) {
    return std::nullopt;
  }
  return static_cast<char>(static_cast<unsigned char>((*high * 16) + *low));
}

std::unique_ptr<Decoder> ByteFallbackDecoder::from_json(const Field& /*field*/) {
  return std::make_unique<ByteFallbackDecoder>();
}

std::unique_ptr<DecoderRun> ByteFallbackDecoder::start() const {
  return std::make_unique<ByteFallbackRun>();
}

}  // namespace onnxformers::tokenizers
