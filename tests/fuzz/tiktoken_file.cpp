// A file taken for tiktoken's ranks, for vocab.txt and for merges.txt: refused with an error, or
// JSON.
#include "tokenizers/files/tiktoken_file.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "base/json.h"
#include "tokenizers/files/plain_files.h"

namespace tokenizers = onnxformers::tokenizers;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (auto* convert : {&tokenizers::tiktoken_model_json, &tokenizers::vocab_txt_json,
                        &tokenizers::merges_txt_json}) {
    std::string json;
    try {
      json = convert(bytes);
    } catch (const onnxformers::Error& e) {
      if (e.kind() != onnxformers::ErrorKind::FileFormat) {
        std::abort();
      }
      continue;
    }
    (void)onnxformers::json::Document::parse(std::move(json));
  }
  return 0;
}
