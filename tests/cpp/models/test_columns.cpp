#include <vector>

#include "check.h"
#include "models/columns.h"

using onnxformers::models::Columns;

namespace {

using Numbers = std::vector<std::int64_t>;

Numbers all(Columns& columns) {
  return {columns.data(), columns.data() + (columns.rows() * columns.width())};
}

Columns two_rows() {
  Columns columns;
  columns.assign(Numbers{1, 2, 3, 4}, 2);
  return columns;
}

}  // namespace

TEST(columns_are_appended_to_every_row) {
  Columns columns = two_rows();
  columns.append(Numbers{5, 6, 7, 8}, 2);
  CHECK(all(columns) == Numbers({1, 2, 5, 6, 3, 4, 7, 8}));
  columns.append(Numbers{9, 10}, 1);
  CHECK(all(columns) == Numbers({1, 2, 5, 6, 9, 3, 4, 7, 8, 10}));
  columns.append({}, 0);
  CHECK_EQUAL(columns.width(), 5U);
}

TEST(rows_are_selected_and_their_front_left_out) {
  Columns columns = two_rows();
  columns.select(std::vector<std::size_t>{1, 0, 1}, 0);
  CHECK(all(columns) == Numbers({3, 4, 1, 2, 3, 4}));
  columns.select(std::vector<std::size_t>{1}, 1);
  CHECK(all(columns) == Numbers({2}));
}

TEST(the_end_is_cropped) {
  Columns columns = two_rows();
  columns.crop(2);
  CHECK(all(columns) == Numbers({1, 2, 3, 4}));
  columns.crop(1);
  CHECK(all(columns) == Numbers({1, 3}));
}

TEST(stacked_rows_are_padded_at_the_left) {
  Columns columns = two_rows();
  Columns longer;
  longer.assign(Numbers{5, 6, 7}, 1);
  columns.stack(longer);
  CHECK(all(columns) == Numbers({0, 1, 2, 0, 3, 4, 5, 6, 7}));
  Columns shorter;
  shorter.assign(Numbers{8}, 1);
  columns.stack(shorter);
  CHECK(all(columns) == Numbers({0, 1, 2, 0, 3, 4, 5, 6, 7, 0, 0, 8}));
  CHECK_EQUAL(columns.rows(), 4U);
}
