// Arbitrary bytes as a tokenizer.json: they load, or end in an error that names the file format.
// What loads must encode and decode.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

void use(const Tokenizer& tokenizer) {
  const std::vector<std::string_view> texts = {"Hello w\xC3\xB6rld [SEP] \xE4\xB8\xAD", "", "a"};
  EncodeOptions options;
  options.with_offsets = true;
  const Encodings rows = tokenizer.encode_batch(texts, {}, options);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto ids = rows.ids(row);
    (void)tokenizer.decode(ids, false);
    (void)tokenizer.decode(ids, true);
    if (rows.spans(row).size() != ids.size() || rows.words(row).size() != ids.size()) {
      std::abort();
    }
  }
  (void)tokenizer.encode_batch(texts, texts, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  try {
    use(*Tokenizer::from_json(std::move(text)));
  } catch (const onnxformers::Error& e) {
    using onnxformers::ErrorKind;
    if (e.kind() != ErrorKind::FileFormat && e.kind() != ErrorKind::InvalidArgument) {
      std::abort();
    }
  }
  return 0;
}
