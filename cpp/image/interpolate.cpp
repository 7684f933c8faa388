#include "image/interpolate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/multiversion.h"
#include "base/parallel.h"

namespace onnxformers::image {

namespace {

/// The two old places that a new one lies between, and how much the second counts.
struct Between {
  std::size_t first = 0;
  std::size_t second = 0;
  float weight = 0;
};

std::vector<Between> places(std::size_t old_size, std::size_t new_size, bool align_corners) {
  const auto length = [](std::size_t size) { return static_cast<float>(size); };
  float scale = length(old_size) / length(new_size);
  if (align_corners) {
    scale = new_size > 1 ? length(old_size - 1) / length(new_size - 1) : 0.0F;
  }
  std::vector<Between> found(new_size);
  for (std::size_t i = 0; i < new_size; ++i) {
    const float at =
        align_corners ? scale * length(i) : std::max(0.0F, (scale * (length(i) + 0.5F)) - 0.5F);
    const std::size_t first = std::min(static_cast<std::size_t>(at), old_size - 1);
    found[i] = {
        .first = first,
        .second = std::min(first + 1, old_size - 1),
        .weight = std::clamp(at - length(first), 0.0F, 1.0F),
    };
  }
  return found;
}

void interpolate_row(const float* row, const std::vector<Between>& columns, float* out) {
  for (const auto& [first, second, weight] : columns) {
    *out++ = ((1.0F - weight) * row[first]) + (weight * row[second]);
  }
}

ONNXFORMERS_MULTIVERSION
void blend(const float* above, const float* below, float weight, std::size_t count, float* out) {
  const float rest = 1.0F - weight;
  for (std::size_t x = 0; x < count; ++x) {
    out[x] = (rest * above[x]) + (weight * below[x]);
  }
}

/// Keeps the larger number of each place and where it comes from; NaN is larger than all.
ONNXFORMERS_MULTIVERSION
void keep_largest(const float* row, std::int32_t label, std::size_t count, float* best,
                  std::int32_t* labels) {
  for (std::size_t x = 0; x < count; ++x) {
    const bool is_larger = !(row[x] <= best[x]) && !std::isnan(best[x]);
    best[x] = is_larger ? row[x] : best[x];
    labels[x] = is_larger ? label : labels[x];
  }
}

/// The rows of one grid that were interpolated last: neighbours need the same ones.
class Rows {
 public:
  Rows(const float* grid, std::size_t old_width, const std::vector<Between>& columns)
      : grid_(grid), old_width_(old_width), columns_(&columns), rows_(2 * columns.size()) {}

  /// The new row between two old ones.
  void blend_into(const Between& place, float* out) {
    const float* const above = row(place.first);
    const float* const below = row(place.second);
    blend(above, below, place.weight, columns_->size(), out);
  }

 private:
  const float* row(std::size_t y) {
    // Rows with even and odd numbers have a place each, so that two neighbours are there at once.
    float* const place = rows_.data() + (y % 2 * columns_->size());
    if (held_[y % 2] != y) {
      interpolate_row(grid_ + (y * old_width_), *columns_, place);
      held_[y % 2] = y;
    }
    return place;
  }

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  const float* grid_;
  std::size_t old_width_;
  const std::vector<Between>* columns_;
  std::vector<float> rows_;
  std::size_t held_[2] = {kNone, kNone};  // NOLINT
};

}  // namespace

void interpolate(const Grids& grids, const GridSize& size, unsigned threads, float* out) {
  const auto rows = places(grids.height, size.height, size.align_corners);
  const auto columns = places(grids.width, size.width, size.align_corners);
  parallel_for(grids.count, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Rows made(grids.values + (i * grids.height * grids.width), grids.width, columns);
      float* const grid = out + (i * size.height * size.width);
      for (std::size_t y = 0; y < size.height; ++y) {
        made.blend_into(rows[y], grid + (y * size.width));
      }
    }
  });
}

void label_map(const Grids& grids, const GridSize& size, unsigned threads, std::int64_t* labels) {
  const auto rows = places(grids.height, size.height, size.align_corners);
  const auto columns = places(grids.width, size.width, size.align_corners);
  parallel_for(size.height, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<Rows> made;
    made.reserve(grids.count);
    for (std::size_t i = 0; i < grids.count; ++i) {
      made.emplace_back(grids.values + (i * grids.height * grids.width), grids.width, columns);
    }
    std::vector<float> row(size.width);
    std::vector<float> best(size.width);
    std::vector<std::int32_t> found(size.width);
    for (std::size_t y = begin; y < end; ++y) {
      made[0].blend_into(rows[y], best.data());
      std::ranges::fill(found, 0);
      for (std::size_t i = 1; i < grids.count; ++i) {
        made[i].blend_into(rows[y], row.data());
        keep_largest(row.data(), static_cast<std::int32_t>(i), size.width, best.data(),
                     found.data());
      }
      std::ranges::copy(found, labels + (y * size.width));
    }
  });
}

}  // namespace onnxformers::image
