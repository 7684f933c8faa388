// A file taken for a SentencePiece model: refused with an error, or a "model" that is JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "base/json.h"
#include "tokenizers/files/sentencepiece_json.h"

using namespace onnxformers::tokenizers;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string json;
  try {
    const SentencePieceModel model = SentencePieceModel::parse(bytes);
    PieceChanges changes;
    changes.first = {{"<s>", 0.0}};
    changes.skipped = model.pieces.size() > 3 ? 3 : 0;
    changes.byte_fallback = changes.has_tab = model.byte_fallback;
    changes.lowers_number_commas = true;
    json = model_json(model, changes);
  } catch (const onnxformers::Error& e) {
    if (e.kind() != onnxformers::ErrorKind::FileFormat) {
      std::abort();
    }
    return 0;
  }
  (void)onnxformers::json::Document::parse(std::move(json));
  return 0;
}
