#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/normalized_text.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// NFC for passes over the bytes of a text: where it changes nothing the text is used where it is;
/// else the stretches that change are normalised for themselves, and only of their characters is it
/// kept where they come from. Linear, apart from what UnicodeForm takes for long runs of marks.
class ComposedText {
 public:
  /// That of this thread.
  static ComposedText& get() {
    static thread_local ComposedText composed;
    return composed;
  }

  /// The text, or one that holds until the next call.
  /// @param first_character index of its first one in the whole text.
  [[nodiscard]] std::string_view compose(std::string_view text, std::uint32_t first_character,
                                         bool with_origins);

  /// Turns spans of characters of what compose() gave, in order, into those of the original text.
  void map_back(std::span<CharacterSpan> spans) const;

 private:
  /// The origin of a character; those behind it follow one by one.
  struct Run {
    std::uint32_t first;
    Origin origin;
  };

  void clear(std::size_t bytes);
  void put_changed(std::string_view stretch, bool with_origins);
  void put_kept(std::string_view kept, bool with_origins);

  std::string text_;
  NormalizedText stretch_;
  std::vector<Run> runs_;       // empty where nothing changes
  std::uint32_t original_ = 0;  // index of the next character
  std::uint32_t composed_ = 0;  // likewise, in the new text
};

}  // namespace onnxformers::tokenizers
