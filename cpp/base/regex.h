#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace onnxformers {

namespace regex {
struct Program;
}

/// A regular expression in the syntax of Oniguruma, as the reference takes it. Immutable.
///
/// Known: alternation, greedy, lazy and possessive quantifiers, groups, the options i m x, classes
/// with ranges, nesting, && and POSIX brackets, \p{..}, \w \s \d \h \R \N \O and their opposites,
/// anchors, look-ahead, look-behind of any width and atomic groups. All else is refused.
///
/// A backtracking machine with a memory of failures: what failed at a place is not tried there
/// again, so that time is linear in the text for patterns without look-around and atomic groups,
/// and bounded by a budget of steps for all.
///
/// Source: Oniguruma's doc/RE for the syntax; J. C. Davis et al., "Using Selective Memoization to
/// Defeat Regular Expression Denial of Service", 2021, for the memory.
class Regex {
 public:
  /// Bytes [begin, end) of a text.
  struct Match {
    std::size_t begin;
    std::size_t end;
    bool operator==(const Match&) const = default;
  };

  /// Fails with ErrorKind::FileFormat for what it does not know and for patterns beyond its limits.
  explicit Regex(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Appends the matches in a text of well-formed UTF-8: leftmost, not overlapping, in order. An
  /// empty match right after the last one does not count. Fails with ErrorKind::InvalidArgument
  /// when the budget of steps, which is proportional to the text, is used up.
  void find_all(std::string_view text, std::vector<Match>& matches) const;

 private:
  std::unique_ptr<const regex::Program> program_;
};

}  // namespace onnxformers
