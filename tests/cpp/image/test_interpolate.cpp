// Interpolated grids against the formula, and label maps against the largest of them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "image/interpolate.h"

using namespace onnxformers;
using namespace onnxformers::image;

namespace {

std::vector<float> noise(std::size_t count) {
  static std::mt19937 engine(3);  // NOLINT: the same numbers in each run
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return normal(engine); });
  return values;
}

double place(std::size_t i, std::size_t old_size, std::size_t new_size, bool align_corners) {
  const auto old_length = static_cast<double>(old_size);
  const auto new_length = static_cast<double>(new_size);
  const auto at = static_cast<double>(i);
  if (align_corners) {
    return new_size > 1 ? at * (old_length - 1) / (new_length - 1) : 0;
  }
  return std::max(0.0, (at + 0.5) * old_length / new_length - 0.5);
}

double value(const Grids& grids, std::size_t grid, double y, double x) {
  const auto at = [&](double row, double column) {
    const auto last = [](std::size_t size) { return static_cast<double>(size - 1); };
    const auto r = static_cast<std::size_t>(std::min(row, last(grids.height)));
    const auto c = static_cast<std::size_t>(std::min(column, last(grids.width)));
    return static_cast<double>(grids.values[(grid * grids.height + r) * grids.width + c]);
  };
  const double row = std::floor(y);
  const double column = std::floor(x);
  const double down = y - row;
  const double right = x - column;
  return (1 - down) * ((1 - right) * at(row, column) + right * at(row, column + 1)) +
         down * ((1 - right) * at(row + 1, column) + right * at(row + 1, column + 1));
}

}  // namespace

TEST(grids_follow_the_formula) {
  const auto values = noise(3 * 7 * 9);
  const Grids grids{values.data(), 3, 7, 9};
  for (const bool align_corners : {false, true}) {
    for (const GridSize size : {GridSize{20, 31, align_corners}, GridSize{3, 4, align_corners},
                                GridSize{1, 1, align_corners}, GridSize{7, 9, align_corners}}) {
      std::vector<float> out(3 * size.height * size.width);
      interpolate(grids, size, 2, out.data());
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t x = i % size.width;
        const std::size_t y = i / size.width % size.height;
        const double expected =
            value(grids, i / (size.width * size.height), place(y, 7, size.height, align_corners),
                  place(x, 9, size.width, align_corners));
        CHECK(std::abs(static_cast<double>(out[i]) - expected) < 1e-5);
      }
    }
  }
}

TEST(labels_are_those_of_the_largest) {
  const auto values = noise(5 * 6 * 4);
  const Grids grids{values.data(), 5, 6, 4};
  const GridSize size{17, 13, false};
  std::vector<float> out(5 * 17 * 13);
  interpolate(grids, size, 1, out.data());
  for (const unsigned threads : {1U, 3U}) {
    std::vector<std::int64_t> labels(17 * 13);
    label_map(grids, size, threads, labels.data());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      std::size_t best = 0;
      for (std::size_t grid = 1; grid < 5; ++grid) {
        best = out[grid * labels.size() + i] > out[best * labels.size() + i] ? grid : best;
      }
      CHECK_EQUAL(labels[i], static_cast<std::int64_t>(best));
    }
  }
}

TEST(ties_and_nan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto label = [](const std::vector<float>& values) {
    std::int64_t found = -1;
    label_map({values.data(), values.size(), 1, 1}, {1, 1, false}, 1, &found);
    return found;
  };
  CHECK_EQUAL(label({1, 1, 1}), 0);
  CHECK_EQUAL(label({2, 3, nan, nan}), 2);
  CHECK_EQUAL(label({nan, 5}), 0);
}
