#include "image/batch.h"

#include <algorithm>

#include "base/parallel.h"
#include "image/resampled.h"

namespace onnxformers::image {

namespace {

/// Where a window of `length` at `start` shows an axis of `size`.
struct Overlap {
  std::size_t window = 0;  ///< first place in the window
  std::size_t source = 0;  ///< first place on the axis
  std::size_t count = 0;
};

Overlap overlap(std::int64_t start, std::size_t length, std::size_t size) {
  const std::int64_t begin = std::max<std::int64_t>(0, start);
  const std::int64_t end =
      std::min(static_cast<std::int64_t>(size), start + static_cast<std::int64_t>(length));
  if (end <= begin) {
    return {};
  }
  return {
      .window = static_cast<std::size_t>(begin - start),
      .source = static_cast<std::size_t>(begin),
      .count = static_cast<std::size_t>(end - begin),
  };
}

Axis wanted_axis(std::size_t old_size, std::size_t new_size, const Overlap& part) {
  Axis axis = Axis::whole(old_size, new_size);
  axis.begin = part.source;
  axis.count = part.count;
  return axis;
}

template <typename Value>
void look_up(const std::uint8_t* pixels, std::size_t channels, std::size_t count,
             const Value* table, Value* out) {
  for (std::size_t x = 0; x < count; ++x) {
    out[x] = table[pixels[x * channels]];
  }
}

/// A rectangle of a frame, in every channel.
struct Area {
  std::size_t top;
  std::size_t left;
  std::size_t height;
  std::size_t width;
};

template <typename Value, typename ValueOf>
void fill_area(const BatchPlan<Value>& plan, const Area& area, const ValueOf& value_of,
               Value* out) {
  for (std::size_t c = 0; c < plan.channels; ++c) {
    Value* row = out + (((c * plan.height) + area.top) * plan.width) + area.left;
    for (std::size_t y = 0; y < area.height; ++y, row += plan.width) {
      std::fill_n(row, area.width, value_of(c));
    }
  }
}

template <typename Value>
void fill_entry(const Entry& entry, const BatchPlan<Value>& plan, const Value* surround,
                Value* out) {
  if (entry.window_height < plan.height || entry.window_width < plan.width) {
    fill_area(
        plan, {0, 0, plan.height, plan.width}, [&](std::size_t c) { return surround[c]; }, out);
  }
  const Overlap rows = overlap(entry.top, entry.window_height, entry.height);
  const Overlap columns = overlap(entry.left, entry.window_width, entry.width);
  if (rows.count < entry.window_height || columns.count < entry.window_width) {
    fill_area(
        plan, {entry.frame_top, entry.frame_left, entry.window_height, entry.window_width},
        [&](std::size_t c) { return plan.table[c * 256]; }, out);
  }
  if (rows.count == 0 || columns.count == 0) {
    return;
  }
  const Resampled resampled(entry.pixels, wanted_axis(entry.pixels.height, entry.height, rows),
                            wanted_axis(entry.pixels.width, entry.width, columns), plan.filter);
  std::vector<std::uint8_t> row(resampled.row_bytes());
  out += ((entry.frame_top + rows.window) * plan.width) + entry.frame_left + columns.window;
  for (std::size_t y = 0; y < rows.count; ++y, out += plan.width) {
    resampled.row(y, row.data());
    for (std::size_t c = 0; c < plan.channels; ++c) {
      look_up(row.data() + plan.order[c], plan.channels, columns.count, plan.table + (c * 256),
              out + (c * plan.height * plan.width));
    }
  }
}

}  // namespace

template <typename Value>
void fill_batch(const std::vector<Entry>& entries, const BatchPlan<Value>& plan, unsigned threads,
                Value* out) {
  const std::size_t size = plan.channels * plan.height * plan.width;
  parallel_for(entries.size(), threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      fill_entry(entries[i], plan, plan.surround + (i * plan.channels), out + (i * size));
    }
  });
}

template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint32_t>&, unsigned,
                         std::uint32_t*);
template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint16_t>&, unsigned,
                         std::uint16_t*);

}  // namespace onnxformers::image
