#include "tokenizers/decoders/byte_level.h"

#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"

namespace onnxformers::tokenizers {

std::unique_ptr<Decoder> ByteLevelDecoder::from_json(const Field& field) {
  // The options of the pre-tokenizer stand here too and mean nothing.
  for (const char* name : {"add_prefix_space", "trim_offsets", "use_regex"}) {
    (void)field.bool_or(name, true);
  }
  return std::make_unique<ByteLevelDecoder>();
}

void ByteLevelDecoder::decode(std::vector<std::string>& tokens) const {
  std::string bytes;
  for (const std::string& token : tokens) {
    const std::size_t before = bytes.size();
    if (!ByteAlphabet::append_bytes(bytes, token)) {
      bytes.resize(before);
      bytes.append(token);
    }
  }
  tokens.resize(1);
  tokens.front().clear();
  utf8::append_lossy(tokens.front(), bytes);
}

}  // namespace onnxformers::tokenizers
