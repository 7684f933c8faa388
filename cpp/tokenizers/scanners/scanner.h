#pragma once

#include <cstddef>
#include <string_view>

namespace onnxformers::tokenizers::scanners {

/// What a scanner found at a place: a match of its pattern, or what lies before the next one.
struct Found {
  std::size_t end;
  bool is_match = true;
};

/// Finds the matches of one split pattern that is in wide use, written by hand: one after the other
/// the same as the regular expression finds. Linear, without a stack or steps to count.
class Scanner {
 public:
  Scanner() = default;
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  virtual ~Scanner() = default;

  /// @param text well-formed UTF-8.
  /// @param begin less than text.size(); where the last one ended, 0 at first.
  [[nodiscard]] virtual Found next(std::string_view text, std::size_t begin) const = 0;
};

/// The scanner of a regular expression, or nullptr for one that is not known.
[[nodiscard]] const Scanner* find(std::string_view pattern);

/// That of GPT-2's pattern, which ByteLevel splits with.
[[nodiscard]] const Scanner& gpt2();

}  // namespace onnxformers::tokenizers::scanners
