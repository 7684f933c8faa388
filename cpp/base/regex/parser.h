#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/regex/tree.h"

namespace onnxformers::regex {

/// Recursive descent over a pattern in Oniguruma's syntax.
class Parser {
 public:
  explicit Parser(std::string_view pattern);

  [[nodiscard]] Tree parse();

 private:
  struct Options {
    bool ignore_case = false;
    bool dot_all = false;
    bool extended = false;
    bool is_behind = false;  ///< in look-behind, where case folding keeps lengths
  };

  /// What an escape stands for inside and outside of classes.
  struct Escape {
    std::optional<char32_t> code;
    CharSet set;
  };

  // parser.cpp
  std::uint32_t parse_choice(Options options, unsigned depth);
  std::uint32_t parse_sequence(Options options, unsigned depth);
  std::uint32_t parse_atom(Options options, unsigned depth);
  std::uint32_t parse_quantifiers(std::uint32_t node, Options options);
  std::uint32_t add(Node node);
  std::uint32_t add_set(CharSet set);
  std::uint32_t add_character(char32_t code, Options options);
  std::uint32_t add_assertion(AssertionKind kind);
  std::uint32_t add_dot(bool with_newline);

  // parser_group.cpp
  std::uint32_t parse_group(Options options, unsigned depth);
  std::uint32_t parse_enclosed(Options options, unsigned depth);
  std::uint32_t parse_options(Options options, unsigned depth);
  std::uint32_t parse_look(bool behind, bool negative, Options options, unsigned depth);
  std::uint32_t parse_atomic(Options options, unsigned depth);
  void skip_name(char32_t closing);
  void expect_group_end();

  // parser_quantifier.cpp
  struct Interval {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    bool is_fixed = false;
    bool is_possessive = false;
  };
  std::optional<Interval> parse_interval();
  std::optional<std::uint32_t> parse_count();
  std::uint32_t add_repeat(std::uint32_t node, Interval interval, RepeatMode mode, Options options);

  // parser_escape.cpp
  std::uint32_t parse_escape_atom(Options options);
  Escape parse_escape(bool in_class);
  [[nodiscard]] char32_t parse_hex(unsigned max_digits);
  [[nodiscard]] char32_t parse_octal(char32_t first);
  CharSet parse_property(bool negated, bool in_class);

  // parser_case.cpp
  struct Expanded {
    std::size_t count;  ///< children that it stands for
    std::uint32_t node;
  };
  std::uint32_t add_folded(char32_t code);
  std::uint32_t add_folded(std::u32string_view text);
  std::uint32_t add_folded_class(CharSet set, bool is_negated);
  void expand_folded(std::vector<std::uint32_t>& children);
  Expanded expand_folded_at(const std::vector<std::uint32_t>& children, std::size_t begin);
  [[nodiscard]] bool folds_to(const std::vector<std::uint32_t>& children, std::size_t begin,
                              std::u32string_view folded) const;
  std::uint32_t expand_single(std::uint32_t node);

  // parser_class.cpp
  CharSet parse_class(unsigned depth);
  CharSet parse_class_items(unsigned depth);
  bool parse_class_item(CharSet& set, unsigned depth);
  void parse_class_range(CharSet& set, char32_t first);
  std::optional<CharSet> parse_posix_bracket();

  [[nodiscard]] bool at_end() const noexcept { return position_ == pattern_.size(); }
  [[nodiscard]] bool looks_at(std::string_view text) const noexcept {
    return pattern_.substr(position_).starts_with(text);
  }
  bool accept(std::string_view text) noexcept;
  char32_t next();
  void skip_extended(Options options);
  [[noreturn]] void refuse(std::string_view what) const;
  void check_depth(unsigned depth) const;
  void count_class();

  std::string_view pattern_;
  std::size_t position_ = 0;
  std::size_t classes_ = 0;
  Tree tree_;
};

}  // namespace onnxformers::regex
