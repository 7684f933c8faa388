#include "image/taps.h"

#include <algorithm>
#include <cmath>

namespace onnxformers::image {

namespace {

/// Weights are read in fours.
constexpr std::size_t kGroup = 4;

/// The first pixel and the one after the last that a filter around `center` reaches.
Tap reach(double center, double support, std::size_t size) {
  const double first = std::max(0.0, std::trunc(center - support + 0.5));
  const double end = std::min(static_cast<double>(size), std::trunc(center + support + 0.5));
  return {.first = static_cast<std::size_t>(first),
          .count = static_cast<std::size_t>(std::max(0.0, end - first))};
}

/// The weights of one pixel, of sum 1.
void fill_weights(const Tap& tap, double center, double shrink, Filter filter, double* weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < tap.count; ++i) {
    const auto place = static_cast<double>(i + tap.first);
    weights[i] = filter_weight(filter, (place - center + 0.5) * shrink);
    sum += weights[i];
  }
  if (sum != 0.0) {
    std::for_each_n(weights, tap.count, [sum](double& weight) { weight /= sum; });
  }
}

}  // namespace

Axis Axis::whole(std::size_t old_size, std::size_t new_size) {
  return {.old_size = old_size,
          .new_size = new_size,
          .from = 0.0F,
          .to = static_cast<float>(old_size),
          .begin = 0,
          .count = new_size};
}

bool Axis::is_identity() const {
  return new_size == old_size && from == 0.0F && to == static_cast<float>(new_size);
}

bool are_rows_first(const Axis& rows, const Axis& columns) {
  const auto lost = [](const Axis& axis) {
    return static_cast<std::int64_t>(axis.old_size) - static_cast<std::int64_t>(axis.new_size);
  };
  return lost(rows) > 0 && lost(rows) > 2 * lost(columns);
}

std::size_t Taps::end_row() const {
  std::size_t end = 0;
  for (const Tap& place : places) {
    end = std::max(end, place.first + place.count);
  }
  return end;
}

Taps find_taps(const Axis& axis, Filter filter) {
  const double scale =
      static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.new_size);
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter_support(filter) * filter_scale;
  const auto centers = [&](std::size_t i) {
    return static_cast<double>(axis.from) + ((static_cast<double>(axis.begin + i) + 0.5) * scale);
  };
  Taps taps;
  taps.places.reserve(axis.count);
  std::size_t longest = 1;
  for (std::size_t i = 0; i < axis.count; ++i) {
    taps.places.push_back(reach(centers(i), support, axis.old_size));
    longest = std::max(longest, taps.places.back().count);
  }
  taps.stride = (longest + kGroup - 1) / kGroup * kGroup;
  taps.weights.resize(axis.count * taps.stride);
  for (std::size_t i = 0; i < axis.count; ++i) {
    fill_weights(taps.places[i], centers(i), 1.0 / filter_scale, filter,
                 taps.weights.data() + (i * taps.stride));
  }
  return taps;
}

std::vector<std::int32_t> fixed_weights(const Taps& taps) {
  std::vector<std::int32_t> fixed(taps.weights.size());
  std::ranges::transform(taps.weights, fixed.begin(), [](double weight) {
    constexpr double kOne = 1 << kWeightBits;
    return static_cast<std::int32_t>((weight < 0 ? -0.5 : 0.5) + (weight * kOne));
  });
  return fixed;
}

std::vector<std::size_t> nearest_places(const Axis& axis) {
  const double step = static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.new_size);
  double place = static_cast<double>(axis.from) + (step * 0.5);
  std::vector<std::size_t> places;
  places.reserve(axis.count);
  // Added up as in Pillow, not multiplied: at borders of pixels the last bit decides.
  for (std::size_t i = 0; i < axis.begin + axis.count; ++i, place += step) {
    if (i >= axis.begin) {
      places.push_back(std::min(static_cast<std::size_t>(place), axis.old_size - 1));
    }
  }
  return places;
}

}  // namespace onnxformers::image
