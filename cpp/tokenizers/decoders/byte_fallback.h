#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// The byte that a token like "<0x0A>" stands for.
[[nodiscard]] std::optional<char> fallback_byte(std::string_view token);

/// Tokens <0x00> to <0xFF> in a row become the text that their bytes are, or U+FFFD for each of
/// them where they are none. As one wrong byte spoils the whole row, its text is certain only after
/// it. O(n).
///
/// Source: decoders.ByteFallback of Hugging Face tokenizers.
class ByteFallbackDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;
};

}  // namespace onnxformers::tokenizers
