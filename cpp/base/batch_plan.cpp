#include "base/batch_plan.h"

#include <algorithm>
#include <numeric>

namespace onnxformers {

BatchPlan plan_batches(std::span<const std::int64_t> lengths, const BatchLimits& limits) {
  BatchPlan plan;
  plan.order.resize(lengths.size());
  std::iota(plan.order.begin(), plan.order.end(), std::int64_t{0});
  std::ranges::stable_sort(plan.order, [&](std::int64_t a, std::int64_t b) {
    return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
  });

  std::size_t rows = 0;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < plan.order.size(); ++i) {
    const bool over_budget = limits.token_budget != 0 && (rows + 1) * longest > limits.token_budget;
    const bool over_rows = limits.max_rows != 0 && rows == limits.max_rows;
    if (rows == 0 || over_budget || over_rows) {
      plan.starts.push_back(i);
      rows = 0;
      longest = static_cast<std::size_t>(lengths[static_cast<std::size_t>(plan.order[i])]);
    }
    ++rows;
  }
  plan.starts.push_back(plan.order.size());
  return plan;
}

}  // namespace onnxformers
