#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "tokenizers/field.h"
#include "tokenizers/scanners/scanner.h"

namespace onnxformers::tokenizers {

/// What Split and Replace look for: a string as it stands, or a regular expression. Immutable.
class Pattern {
 public:
  using Match = Regex::Match;  ///< bytes [begin, end)

  /// Reads {"String": "x"}, {"Regex": "x"} or "x"; fails with ErrorKind::FileFormat.
  static Pattern from_json(const Field& field);

  /// @param is_regex whether `source` is one; it fails with ErrorKind::FileFormat then for what
  ///   Regex does not take.
  Pattern(std::string_view source, bool is_regex);

  /// Appends the matches in a text: leftmost, not overlapping, in order. An empty pattern matches
  /// at every character and at the end. Linear for a string; see Regex::find_all for the rest,
  /// which may fail with ErrorKind::InvalidArgument.
  void find_all(std::string_view text, std::vector<Match>& matches) const;

  [[nodiscard]] bool is_regex() const noexcept { return is_regex_; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

 private:
  std::string source_;
  bool is_regex_;
  std::optional<Regex> regex_;                  // not for a string that is not empty
  const scanners::Scanner* scanner_ = nullptr;  // instead of it, for a pattern in wide use
};

}  // namespace onnxformers::tokenizers
