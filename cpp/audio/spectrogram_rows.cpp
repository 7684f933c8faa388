#include "audio/spectrogram_rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "audio/transpose.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// Groups of kLanes frames whose values lie side by side.
ONNXFORMERS_MULTIVERSION
void write_side_by_side(const double* rows, std::size_t count, const RowTarget& target) {
  for (std::size_t row = 0; row < count; ++row) {
    const LaneFloats floats = narrowed(load(rows + (row * kLanes)));
    std::memcpy(target.out + (row * target.row_step), &floats, sizeof floats);
  }
}

/// Groups of kLanes frames one after the other: eight rows of each at a time.
ONNXFORMERS_MULTIVERSION
void write_in_turn(const double* rows, std::size_t count, const RowTarget& target) {
  std::size_t row = 0;
  // NOLINTNEXTLINE(modernize-avoid-c-arrays): stays in registers
  for (Lane block[kLanes]; row + kLanes <= count; row += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      block[i] = load(rows + ((row + i) * kLanes));
    }
    transpose(block);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const LaneFloats floats = narrowed(block[lane]);
      std::memcpy(target.out + (lane * target.lane_step) + row, &floats, sizeof floats);
    }
  }
  for (; row < count; ++row) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      target.out[(lane * target.lane_step) + row] = static_cast<float>(rows[(row * kLanes) + lane]);
    }
  }
}

}  // namespace

void write_rows(const double* rows, std::size_t count, const RowTarget& target) {
  if (target.lanes == kLanes) {
    target.lane_step == 1 ? write_side_by_side(rows, count, target)
                          : write_in_turn(rows, count, target);
    return;
  }
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t lane = 0; lane < target.lanes; ++lane) {
      target.out[(row * target.row_step) + (lane * target.lane_step)] =
          static_cast<float>(rows[(row * kLanes) + lane]);
    }
  }
}

ONNXFORMERS_MULTIVERSION
float largest_of(const float* values, std::size_t count) {
  std::array<float, 4 * kLanes> lanes{};
  lanes.fill(-std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + lanes.size() <= count; i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      lanes[lane] = lanes[lane] < values[i + lane] ? values[i + lane] : lanes[lane];
    }
  }
  for (; i < count; ++i) {
    lanes[0] = std::max(lanes[0], values[i]);
  }
  return *std::ranges::max_element(lanes);
}

ONNXFORMERS_MULTIVERSION
void raise_to(float* values, std::size_t count, float least, float offset, float divisor) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values[i] < least ? least : values[i];
    values[i] = (value + offset) / divisor;
  }
}

}  // namespace onnxformers::audio
