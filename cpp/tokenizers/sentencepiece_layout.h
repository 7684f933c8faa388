#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/fast_path.h"

namespace onnxformers::tokenizers {

/// What a normalizer or pre-tokenizer that writes spaces as "▁" does besides.
struct SentencePieceLayout {
  static constexpr char32_t kSignCode = U'\u2581';           ///< ▁
  static constexpr std::string_view kSign = "\xE2\x96\x81";  ///< likewise

  /// Where a space is put before the text.
  enum class Front : std::uint8_t {
    AsItIs,
    Space,                  ///< a space more
    OneSpace,               ///< a space if there is none
    OneSpaceAtTheVeryFront  ///< likewise, but only where the whole text begins
  };

  Front front = Front::AsItIs;
  bool splits = false;              ///< every space begins a word
  std::vector<std::string> others;  ///< what is also replaced or split at, hardly ever in a text

  /// Nothing for other components than Metaspace, or Prepend and Replace.
  [[nodiscard]] static std::optional<SentencePieceLayout> recognize(const Stages& stages);
};

}  // namespace onnxformers::tokenizers
