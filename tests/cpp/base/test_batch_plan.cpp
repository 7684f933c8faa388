#include <vector>

#include "base/batch_plan.h"
#include "check.h"

using onnxformers::BatchPlan;
using onnxformers::plan_batches;

namespace {

using Rows = std::vector<std::int64_t>;
using Starts = std::vector<std::size_t>;

}  // namespace

TEST(longest_rows_come_first_and_equal_ones_keep_their_order) {
  const Rows lengths{3, 9, 3, 5};
  const BatchPlan plan = plan_batches(lengths, {});
  CHECK(plan.order == (Rows{1, 3, 0, 2}));
  CHECK(plan.starts == (Starts{0, 4}));
}

TEST(the_budget_counts_padding) {
  const Rows lengths{4, 4, 4, 2};
  const BatchPlan plan = plan_batches(lengths, {.token_budget = 8, .max_rows = 0});
  CHECK(plan.order == (Rows{0, 1, 2, 3}));
  CHECK(plan.starts == (Starts{0, 2, 4}));
}

TEST(a_row_over_the_budget_stands_alone) {
  const Rows lengths{100, 1, 1};
  const BatchPlan plan = plan_batches(lengths, {.token_budget = 10, .max_rows = 0});
  CHECK(plan.starts == (Starts{0, 1, 3}));
}

TEST(max_rows_is_obeyed) {
  const Rows lengths{1, 1, 1, 1, 1};
  const BatchPlan plan = plan_batches(lengths, {.token_budget = 0, .max_rows = 2});
  CHECK(plan.starts == (Starts{0, 2, 4, 5}));
}

TEST(no_rows_make_no_batches) {
  const BatchPlan plan = plan_batches(Rows{}, {.token_budget = 8, .max_rows = 2});
  CHECK(plan.order.empty());
  CHECK(plan.starts == (Starts{0}));
}

TEST(rows_of_length_zero_are_kept) {
  const Rows lengths{0, 0};
  const BatchPlan plan = plan_batches(lengths, {.token_budget = 1, .max_rows = 0});
  CHECK(plan.starts == (Starts{0, 2}));
}
