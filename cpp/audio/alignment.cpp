#include "audio/alignment.h"

#include <algorithm>
#include <limits>

#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

enum class Step : std::uint8_t { Both, First, Second };

/// How the cheapest way comes to each cell, shape (rows + 1, columns + 1).
std::vector<Step> steps_of(std::span<const double> costs, std::size_t rows, std::size_t columns) {
  constexpr float kFar = std::numeric_limits<float>::infinity();
  const std::size_t width = columns + 1;
  std::vector<Step> steps((rows + 1) * width, Step::Second);
  std::vector<float> above(width, kFar);
  std::vector<float> here(width, kFar);
  above[0] = 0.0F;
  for (std::size_t i = 1; i <= rows; ++i) {
    steps[i * width] = Step::First;
    here[0] = kFar;
    for (std::size_t j = 1; j <= columns; ++j) {
      const float both = above[j - 1];
      const float first = above[j];
      const float second = here[j - 1];
      const bool is_both = both < first && both < second;
      const bool is_first = first < both && first < second;
      const float one = is_first ? first : second;
      const Step step = is_first ? Step::First : Step::Second;
      steps[(i * width) + j] = is_both ? Step::Both : step;
      const float before = is_both ? both : one;
      here[j] =
          static_cast<float>(costs[((i - 1) * columns) + j - 1] + static_cast<double>(before));
    }
    std::swap(above, here);
  }
  return steps;
}

/// The place of a mirrored row that stands `offset` before its first value.
std::size_t mirrored(std::size_t place, std::size_t half, std::size_t length) {
  if (place < half) {
    return half - place;
  }
  const std::size_t inside = place - half;
  return inside < length ? inside : (2 * (length - 1)) - inside;
}

/// Windows that are sorted at once, value by value.
constexpr std::size_t kWindows = 64;

/// Sorts kWindows columns of `width` values by exchanging neighbours.
ONNXFORMERS_MULTIVERSION
void sort_columns(double* columns, std::size_t width) {
  for (std::size_t round = 0; round < width; ++round) {
    for (std::size_t k = round % 2; k + 1 < width; k += 2) {
      double* first = columns + (k * kWindows);
      for (std::size_t i = 0; i < kWindows; ++i) {
        const double a = first[i];
        const double b = first[kWindows + i];
        first[i] = b < a ? b : a;
        first[kWindows + i] = b < a ? a : b;
      }
    }
  }
}

void filter_row(const double* row, std::size_t length, std::size_t width, double* out) {
  const std::size_t half = width / 2;
  std::vector<double> padded(length + width + kWindows);
  for (std::size_t i = 0; i < length + width - 1; ++i) {
    padded[i] = row[mirrored(i, half, length)];
  }
  std::vector<double> columns(width * kWindows);
  for (std::size_t begin = 0; begin < length; begin += kWindows) {
    for (std::size_t k = 0; k < width; ++k) {
      std::copy_n(padded.data() + begin + k, kWindows, columns.data() + (k * kWindows));
    }
    sort_columns(columns.data(), width);
    std::copy_n(columns.data() + (half * kWindows), std::min(kWindows, length - begin),
                out + begin);
  }
}

}  // namespace

std::vector<std::pair<std::int64_t, std::int64_t>> dynamic_time_warping(
    std::span<const double> costs, std::size_t rows, std::size_t columns) {
  const std::vector<Step> steps = steps_of(costs, rows, columns);
  std::vector<std::pair<std::int64_t, std::int64_t>> way;
  std::size_t i = rows;
  std::size_t j = columns;
  while (i > 0 || j > 0) {
    way.emplace_back(static_cast<std::int64_t>(i) - 1, static_cast<std::int64_t>(j) - 1);
    const Step step = steps[(i * (columns + 1)) + j];
    i -= step != Step::Second ? 1 : 0;
    j -= step != Step::First ? 1 : 0;
  }
  std::ranges::reverse(way);
  return way;
}

void median_filter(std::span<const double> values, std::size_t length, std::size_t width,
                   std::span<double> out) {
  for (std::size_t begin = 0; begin < values.size(); begin += length) {
    filter_row(values.data() + begin, length, width, out.data() + begin);
  }
}

}  // namespace onnxformers::audio
