#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/filter.h"

namespace onnxformers::image {

/// One axis of a picture and what is wanted of it.
struct Axis {
  std::size_t old_size = 0;
  std::size_t new_size = 0;
  /// The part of the old pixels that becomes the new ones.
  float from = 0;
  float to = 0;
  /// Which of the new pixels are wanted.
  std::size_t begin = 0;
  std::size_t count = 0;

  /// All of the old pixels, all of the new ones.
  static Axis whole(std::size_t old_size, std::size_t new_size);

  /// Whether the new pixels are the old ones.
  [[nodiscard]] bool is_identity() const;
};

/// Whether Pillow, from version 13, makes the rows of a picture before its columns: where that
/// saves more. Numbers are rounded in between, so the order shows in the pixels.
[[nodiscard]] bool are_rows_first(const Axis& rows, const Axis& columns);

/// The old pixels that one new pixel is made of.
struct Tap {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// What each wanted pixel of an axis is made of.
struct Taps {
  std::vector<Tap> places;
  /// For each wanted pixel `stride` weights, 0 behind those that count.
  std::vector<double> weights;
  std::size_t stride = 0;  ///< a multiple of 4

  [[nodiscard]] std::size_t first_row() const { return places.front().first; }
  [[nodiscard]] std::size_t end_row() const;
};

/// Not of Nearest.
[[nodiscard]] Taps find_taps(const Axis& axis, Filter filter);

/// Fraction bits of a weight as a whole number, as in Pillow: 8 bits of a pixel and 2 for sums
/// beyond it are left.
inline constexpr int kWeightBits = 32 - 8 - 2;

/// The weights as whole numbers.
[[nodiscard]] std::vector<std::int32_t> fixed_weights(const Taps& taps);

/// Which old pixel each wanted pixel is, for Nearest.
[[nodiscard]] std::vector<std::size_t> nearest_places(const Axis& axis);

}  // namespace onnxformers::image
