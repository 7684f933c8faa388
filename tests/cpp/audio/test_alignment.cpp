#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "audio/alignment.h"
#include "check.h"

using namespace onnxformers::audio;
using Way = std::vector<std::pair<std::int64_t, std::int64_t>>;

namespace {

/// The least sum of costs from a cell to the last one, by trying all ways.
double cheapest(const std::vector<double>& costs, std::size_t columns, std::size_t row,
                std::size_t column) {
  const std::size_t rows = costs.size() / columns;
  const double here = costs[row * columns + column];
  double best = 1e9;
  for (const auto& [down, right] : {std::pair{1U, 0U}, std::pair{0U, 1U}, std::pair{1U, 1U}}) {
    if (row + down < rows && column + right < columns) {
      best = std::min(best, cheapest(costs, columns, row + down, column + right));
    }
  }
  return row + 1 == rows && column + 1 == columns ? here : here + best;
}

}  // namespace

TEST(no_way_is_cheaper) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int round = 0; round < 50; ++round) {
    const std::size_t rows = 1 + random() % 5;
    const std::size_t columns = 1 + random() % 5;
    std::vector<double> costs(rows * columns);
    std::generate(costs.begin(), costs.end(), [&] { return uniform(random); });
    const Way way = dynamic_time_warping(costs, rows, columns);
    CHECK(way.front() == (std::pair<std::int64_t, std::int64_t>{0, 0}));
    CHECK_EQUAL(way.back().first, static_cast<std::int64_t>(rows) - 1);
    CHECK_EQUAL(way.back().second, static_cast<std::int64_t>(columns) - 1);
    double sum = 0.0;
    for (std::size_t i = 0; i < way.size(); ++i) {
      sum += costs[static_cast<std::size_t>(way[i].first) * columns +
                   static_cast<std::size_t>(way[i].second)];
      if (i > 0) {
        const auto down = way[i].first - way[i - 1].first;
        const auto right = way[i].second - way[i - 1].second;
        CHECK(down >= 0 && down <= 1 && right >= 0 && right <= 1 && down + right > 0);
      }
    }
    CHECK(std::abs(sum - cheapest(costs, columns, 0, 0)) < 1e-6);
  }
}

TEST(medians_are_those_of_sorted_windows) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> uniform;
  for (const std::size_t width : {1U, 3U, 7U}) {
    std::vector<double> values(2 * 9);
    std::generate(values.begin(), values.end(), [&] { return uniform(random); });
    std::vector<double> got(values.size());
    median_filter(std::span<const double>(values), 9, width, std::span<double>(got));
    const auto half = static_cast<std::ptrdiff_t>(width / 2);
    for (std::ptrdiff_t i = 0; i < 18; ++i) {
      std::vector<double> window;
      for (std::ptrdiff_t k = i % 9 - half; k <= i % 9 + half; ++k) {
        const std::ptrdiff_t place = k < 0 ? -k : k > 8 ? 16 - k : k;
        window.push_back(values[static_cast<std::size_t>(i / 9 * 9 + place)]);
      }
      std::sort(window.begin(), window.end());
      CHECK_EQUAL(got[static_cast<std::size_t>(i)], window[width / 2]);
    }
  }
}
