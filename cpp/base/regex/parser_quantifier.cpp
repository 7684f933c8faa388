// Parser: quantifiers.

#include <algorithm>

#include "base/regex/parser.h"

namespace onnxformers::regex {

namespace {

constexpr std::uint32_t kMaxCount = 100'000;

}  // namespace

std::uint32_t Parser::parse_quantifiers(std::uint32_t node, Options options) {
  while (true) {
    skip_extended(options);
    std::optional<Interval> interval;
    if (accept("*")) {
      interval = {.min = 0, .max = kUnlimited};
    } else if (accept("+")) {
      interval = {.min = 1, .max = kUnlimited};
    } else if (accept("?")) {
      interval = {.min = 0, .max = 1};
    } else {
      interval = parse_interval();
      if (!interval) {
        return node;
      }
      RepeatMode mode = interval->is_possessive ? RepeatMode::Possessive : RepeatMode::Greedy;
      // {n}? is no lazy {n} but an optional one, and {n,m}+ repeats {n,m}: both are read as
      // another quantifier.
      if (!interval->is_fixed && !interval->is_possessive && accept("?")) {
        mode = RepeatMode::Lazy;
      }
      node = add_repeat(node, *interval, mode, options);
      continue;
    }
    RepeatMode mode = RepeatMode::Greedy;
    if (accept("?")) {
      mode = RepeatMode::Lazy;
    } else if (accept("+")) {
      mode = RepeatMode::Possessive;
    }
    node = add_repeat(node, *interval, mode, options);
  }
}

std::uint32_t Parser::add_repeat(std::uint32_t node, Interval interval, RepeatMode mode,
                                 Options options) {
  const NodeKind kind = tree_.nodes[node].kind;
  if (kind == NodeKind::Assertion || kind == NodeKind::Look) {
    refuse("an assertion cannot be repeated");
  }
  if (interval.min == 1 && interval.max == 1) {
    return node;
  }
  if (options.is_behind && mode == RepeatMode::Possessive) {
    refuse("a possessive quantifier in look-behind is not supported");
  }
  if (!options.is_behind) {
    node = expand_single(node);
  }
  return add({
      .kind = NodeKind::Repeat,
      .mode = mode,
      .min = interval.min,
      .max = interval.max,
      .children = {node},
  });
}

/// Reads "{n}", "{n,}", "{,m}" or "{n,m}"; nothing, and no progress, if there is none.
std::optional<Parser::Interval> Parser::parse_interval() {
  const std::size_t start = position_;
  if (!accept("{")) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> low = parse_count();
  const bool has_comma = accept(",");
  const std::optional<std::uint32_t> high = has_comma ? parse_count() : low;
  if ((!low && !high) || !accept("}")) {
    position_ = start;
    return std::nullopt;
  }
  Interval interval{.min = low.value_or(0), .max = high.value_or(kUnlimited)};
  interval.is_fixed = !has_comma;
  if (interval.min > interval.max) {
    // Oniguruma's own: the wrong way round means possessive.
    std::swap(interval.min, interval.max);
    interval.is_possessive = true;
  }
  return interval;
}

std::optional<std::uint32_t> Parser::parse_count() {
  std::optional<std::uint32_t> count;
  while (!at_end() && pattern_[position_] >= '0' && pattern_[position_] <= '9') {
    count = (count.value_or(0) * 10) + static_cast<std::uint32_t>(pattern_[position_] - '0');
    if (*count > kMaxCount) {
      refuse("a count above 100000");
    }
    ++position_;
  }
  return count;
}

}  // namespace onnxformers::regex
