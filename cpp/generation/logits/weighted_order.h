#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onnxformers::generation {

/// A token, what it is ordered by, and its weight.
struct WeightedToken {
  float key = 0.0F;
  float weight = 0.0F;
  std::uint32_t token = 0;
};

/// How much the first tokens of an order may weigh together.
struct WeightLimit {
  double total = 1.0;      ///< of all tokens
  double before = 0.0;     ///< of tokens that are not in the list and come first
  float share = 0.0F;      ///< of the total
  bool is_allowed = true;  ///< whether the share itself is within the limit

  /// In single precision, as the cumulated probabilities of transformers are.
  [[nodiscard]] bool holds(double sum) const {
    const auto part = static_cast<float>((before + sum) / total);
    return is_allowed ? part <= share : part < share;
  }
};

[[nodiscard]] double weight_of(std::span<const WeightedToken> tokens);

/// Puts the tokens of the lowest keys first, in ascending order among equals, as many as keep
/// within the limit; returns how many these are. Sorts no more than it must.
std::size_t split_by_weight(std::span<WeightedToken> tokens, const WeightLimit& limit);

/// Puts the `count` lowest keys first.
void split_by_count(std::span<WeightedToken> tokens, std::size_t count);

}  // namespace onnxformers::generation
