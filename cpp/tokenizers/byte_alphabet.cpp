#include "tokenizers/byte_alphabet.h"

#include "base/utf8.h"

namespace onnxformers::tokenizers {

bool ByteAlphabet::append_bytes(std::string& out, std::string_view token) {
  const std::size_t begin = out.size();
  out.resize(begin + token.size());  // a byte has a character of one or two bytes
  char* to = out.data() + begin;
  std::size_t i = 0;
  while (i < token.size()) {
    const auto lead = static_cast<unsigned char>(token[i]);
    char32_t code = lead;
    if (lead >= 0x80) {
      // Longer characters stand for none.
      const auto next = static_cast<unsigned char>(i + 1 < token.size() ? token[i + 1] : 0);
      const bool is_two = lead >= 0xC2 && lead < 0xE0 && (next & 0xC0U) == 0x80;
      code = is_two ? (lead & 0x1FU) << 6U | (next & 0x3FU) : utf8::kReplacement;
    }
    const int found = byte(code);
    if (found == kNoByte) {
      break;
    }
    *to++ = static_cast<char>(found);
    i += lead < 0x80 ? 1 : 2;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return i == token.size();
}

}  // namespace onnxformers::tokenizers
