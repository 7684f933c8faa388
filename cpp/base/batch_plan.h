#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace onnxformers {

/// Bounds of one batch; 0 stands for "no bound".
struct BatchLimits {
  std::size_t token_budget = 0;  ///< rows times the longest row, padding included
  std::size_t max_rows = 0;
};

/// Rows sorted by length, cut into batches: batch i holds order[starts[i]] to order[starts[i + 1] -
/// 1].
struct BatchPlan {
  std::vector<std::int64_t> order;
  std::vector<std::size_t> starts;  ///< one more than there are batches
};

/// Groups rows of similar length, longest first, so that little is padded. Rows of equal length
/// keep their order. A row that is longer than the budget forms a batch of its own.
[[nodiscard]] BatchPlan plan_batches(std::span<const std::int64_t> lengths,
                                     const BatchLimits& limits);

}  // namespace onnxformers
