#include "tokenizers/byte_alphabet.h"

#include "base/utf8.h"

namespace onnxformers::tokenizers {

bool ByteAlphabet::append_bytes(std::string& out, std::string_view token) {
  for (std::size_t i = 0; i < token.size();) {
    const auto [code, length] = utf8::decode(token, i);
    const int found = byte(code);
    if (found == kNoByte) {
      return false;
    }
    out.push_back(static_cast<char>(found));
    i += length;
  }
  return true;
}

}  // namespace onnxformers::tokenizers
