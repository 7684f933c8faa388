#include "tokenizers/decoders/byte_level.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"

namespace onnxformers::tokenizers {

namespace {

/// Byte of each ASCII character, or kNoByte.
constexpr auto kAsciiBytes = [] {
  std::array<std::int8_t, 128> bytes{};
  for (unsigned c = 0; c < bytes.size(); ++c) {
    bytes[c] = static_cast<std::int8_t>(ByteAlphabet::byte(c));
  }
  return bytes;
}();

/// Writes the bytes that a token stands for, or the token itself where a character stands for none.
/// There is room for the token; past the end of what was written.
char* write_bytes(std::string_view token, char* const out) {
  char* end = out;
  for (std::size_t i = 0; i < token.size();) {
    const auto lead = static_cast<unsigned char>(token[i]);
    int byte = ByteAlphabet::kNoByte;
    if (lead < 0x80) {
      byte = kAsciiBytes[lead];
      ++i;
    } else if (lead < 0xE0) {
      // All others of the alphabet have two bytes; tokens are well-formed.
      const auto next = static_cast<unsigned char>(token[i + 1]);
      byte = ByteAlphabet::byte((lead & 0x1FU) << 6U | (next & 0x3FU));
      i += 2;
    }
    if (byte == ByteAlphabet::kNoByte) {
      return std::ranges::copy(token, out).out;
    }
    *end++ = static_cast<char>(byte);
  }
  return end;
}

class ByteLevelRun final : public DecoderRun {
 public:
  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    const std::size_t before = bytes_.size();
    bytes_.resize(before + gatherer_.size() + part.characters().size());
    char* end = bytes_.data() + before;
    gatherer_.for_each(part, [&](std::string_view token) { end = write_bytes(token, end); });
    bytes_.resize(static_cast<std::size_t>(end - bytes_.data()));
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
