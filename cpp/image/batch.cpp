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
  return {static_cast<std::size_t>(begin - start), static_cast<std::size_t>(begin),
          static_cast<std::size_t>(end - begin)};
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

template <typename Value>
void fill_border(const BatchPlan<Value>& plan, Value* out) {
  const std::size_t plane = plan.height * plan.width;
  for (std::size_t c = 0; c < plan.channels; ++c) {
    std::fill_n(out + c * plane, plane, plan.border[c]);
  }
}

template <typename Value>
void fill_entry(const Entry& entry, const BatchPlan<Value>& plan, Value* out) {
  const Overlap rows = overlap(entry.top, plan.height, entry.height);
  const Overlap columns = overlap(entry.left, plan.width, entry.width);
  if (rows.count < plan.height || columns.count < plan.width) {
    fill_border(plan, out);
  }
  if (rows.count == 0 || columns.count == 0) {
    return;
  }
  const Resampled resampled(entry.pixels, wanted_axis(entry.pixels.height, entry.height, rows),
                            wanted_axis(entry.pixels.width, entry.width, columns), plan.filter);
  std::vector<std::uint8_t> row(resampled.row_bytes());
  for (std::size_t y = 0; y < rows.count; ++y) {
    resampled.row(y, row.data());
    Value* const place = out + (rows.window + y) * plan.width + columns.window;
    for (std::size_t c = 0; c < plan.channels; ++c) {
      look_up(row.data() + plan.order[c], plan.channels, columns.count, plan.table + c * 256,
              place + c * plan.height * plan.width);
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
      fill_entry(entries[i], plan, out + i * size);
    }
  });
}

template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint32_t>&, unsigned,
                         std::uint32_t*);
template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint16_t>&, unsigned,
                         std::uint16_t*);

}  // namespace onnxformers::image
