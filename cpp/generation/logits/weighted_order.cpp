#include "generation/logits/weighted_order.h"

#include <algorithm>

namespace onnxformers::generation {

namespace {

bool comes_before(const WeightedToken& left, const WeightedToken& right) {
  return left.key != right.key ? left.key < right.key : left.token < right.token;
}

WeightedToken middle(const WeightedToken& a, const WeightedToken& b, const WeightedToken& c) {
  const auto& [low, high] = std::minmax(a, b, comes_before);
  return std::min(high, std::max(low, c, comes_before), comes_before);
}

}  // namespace

double weight_of(std::span<const WeightedToken> tokens) {
  double sum = 0.0;
  for (const WeightedToken& token : tokens) {
    sum += static_cast<double>(token.weight);
  }
  return sum;
}

std::size_t split_by_weight(std::span<WeightedToken> tokens, const WeightLimit& limit) {
  constexpr std::ptrdiff_t kFew = 48;
  // The limit is reached somewhere in [first, last); what stands before weighs `sum`.
  auto first = tokens.begin();
  auto last = tokens.end();
  double sum = 0.0;
  while (last - first > kFew) {
    const WeightedToken pivot = middle(*first, first[(last - first) / 2], *(last - 1));
    const auto split = std::partition(
        first, last, [&](const WeightedToken& token) { return comes_before(token, pivot); });
    if (split == first) {  // the pivot is the lowest
      std::iter_swap(first, std::ranges::find(first, last, pivot.token, &WeightedToken::token));
      if (!limit.holds(sum + static_cast<double>(pivot.weight))) {
        return static_cast<std::size_t>(first - tokens.begin());
      }
      sum += static_cast<double>(pivot.weight);
      ++first;
      continue;
    }
    const double left = weight_of({first, split});
    if (limit.holds(sum + left)) {
      first = split;
      sum += left;
    } else {
      last = split;
    }
  }
  std::sort(first, last, comes_before);
  while (first != tokens.end() && first != last) {
    sum += static_cast<double>(first->weight);
    if (!limit.holds(sum)) {
      break;
    }
    ++first;
  }
  return static_cast<std::size_t>(first - tokens.begin());
}

void split_by_count(std::span<WeightedToken> tokens, std::size_t count) {
  if (count < tokens.size()) {
    std::ranges::nth_element(tokens, tokens.begin() + static_cast<std::ptrdiff_t>(count),
                             comes_before);
  }
}

}  // namespace onnxformers::generation
