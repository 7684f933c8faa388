#include "models/cache.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

constexpr std::string_view kPlace = "generate";
constexpr std::size_t kAll = ~std::size_t{0};

}  // namespace

/// A value of the cache and its memory.
struct Cache::Array {
  const CacheSlot* slot = nullptr;
  runtime::Handle<ort::Value> owned{};  ///< set for new ones
  const ort::Value* value = nullptr;
  runtime::TensorView view{};
  TimeBlocks blocks{};
};

namespace {

TimeBlocks blocks_of(const CacheSlot& slot, const runtime::TensorView& view) {
  const std::span shape = view.shape;
  if (shape.size() != slot.shape.size()) {
    fail(ErrorKind::FileFormat, kPlace,
         "the model gives '" + slot.output + "' with " + std::to_string(shape.size()) +
             " axes, but takes '" + slot.input + "' with " + std::to_string(slot.shape.size()));
  }
  const auto first = static_cast<std::size_t>(shape[0]);
  const std::size_t factor = slot.rows_factor == 0 ? first : slot.rows_factor;
  return {
      .data = static_cast<std::byte*>(view.data),
      .rows = factor == 0 ? 0 : first / factor,
      .blocks = factor * runtime::element_count(shape.subspan(1, slot.time_axis - 1)),
      .time = static_cast<std::size_t>(shape[slot.time_axis]),
      .bytes =
          runtime::byte_size(view.type, runtime::element_count(shape.subspan(slot.time_axis + 1))),
  };
}

}  // namespace

Cache::Array Cache::array(std::size_t slot) const {
  Array array{.slot = &(*slots_)[slot], .value = values_[slot].get()};
  array.view = runtime::view_tensor(values_[slot].get(), array.slot->output);
  array.blocks = blocks_of(*array.slot, array.view);
  return array;
}

Cache::Array Cache::make(const Array& like, std::size_t rows, std::size_t time) {
  const CacheSlot& slot = *like.slot;
  if (slot.rows_factor == 0 && rows != 1) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "this model was exported for one row; got " + std::to_string(rows) +
             " (a batch, beams or several sequences for a prompt)");
  }
  std::vector<std::int64_t> shape(like.view.shape.begin(), like.view.shape.end());
  shape[0] = slot.rows_factor == 0 ? shape[0] : static_cast<std::int64_t>(rows * slot.rows_factor);
  shape[slot.time_axis] = static_cast<std::int64_t>(time);
  Array array{.slot = &slot, .owned = runtime::make_tensor(like.view.type, shape)};
  array.view = runtime::view_tensor(array.owned.get(), slot.output);
  array.blocks = blocks_of(slot, array.view);
  return array;
}

void Cache::fill_empty(std::size_t rows) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i] == nullptr) {
      const CacheSlot& slot = (*slots_)[i];
      std::vector<std::int64_t> shape = slot.shape;
      shape[0] =
          slot.rows_factor == 0 ? shape[0] : static_cast<std::int64_t>(rows * slot.rows_factor);
      values_[i] = runtime::make_tensor(slot.type, shape);
    }
  }
}

/// A new array of those moments of `kept` that there are, with the rows of `parents`.
void Cache::rebuild(std::size_t slot, std::span<const std::size_t> parents, const TimeSlice& kept) {
  const Array from = array(slot);
  const std::size_t count = std::min(kept.count, from.blocks.time - kept.begin);
  if (device_ != nullptr) {
    values_[slot] = on_device(from, parents, {.begin = kept.begin, .count = count});
    return;
  }
  Array to = make(from, parents.size(), count);
  for (std::size_t row = 0; row < parents.size(); ++row) {
    copy_slice(from.blocks, {.row = parents[row], .begin = kept.begin, .count = count}, to.blocks,
               row, 0);
  }
  values_[slot] = std::move(to.owned);
}

void Cache::select(std::span<const std::size_t> parents, std::size_t skipped) {
  bool is_planned = false;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if ((*slots_)[i].is_encoder) {
      continue;
    }
    const Array own = array(i);
    if (device_ != nullptr || skipped != 0 || own.blocks.rows != parents.size()) {
      rebuild(i, parents, {.begin = skipped, .count = kAll});
      continue;
    }
    if (!is_planned) {
      plan_moves(parents, moves_);
      is_planned = true;
    }
    apply_moves(own.blocks, moves_, spare_);
  }
}

void Cache::select_encoder(std::span<const std::size_t> parents) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if ((*slots_)[i].is_encoder) {
      rebuild(i, parents, {.count = kAll});
    }
  }
}

void Cache::crop(std::size_t length) {
  constexpr std::size_t kOnlyRow = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!(*slots_)[i].is_encoder) {
      rebuild(i, {&kOnlyRow, 1}, {.count = length});
    }
  }
}

void Cache::stack(const Cache& below) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] = stacked(array(i), below.array(i));
  }
}

runtime::Handle<ort::Value> Cache::stacked(const Array& upper, const Array& lower) const {
  const std::size_t time = std::max(upper.blocks.time, lower.blocks.time);
  if (device_ != nullptr) {
    return device_->stack({.array = upper.value, .count = time - upper.blocks.time},
                          {.array = lower.value, .count = time - lower.blocks.time},
                          upper.slot->time_axis);
  }
  Array to = make(upper, upper.blocks.rows + lower.blocks.rows, time);
  std::size_t row = 0;
  for (const Array* from : {&upper, &lower}) {
    const std::size_t own = from->blocks.time;
    for (std::size_t r = 0; r < from->blocks.rows; ++r, ++row) {
      clear_front(to.blocks, row, time - own);
      copy_slice(from->blocks, {.row = r, .begin = 0, .count = own}, to.blocks, row, time - own);
    }
  }
  return std::move(to.owned);
}

/// `rebuild` on a device.
runtime::Handle<ort::Value> Cache::on_device(const Array& from,
                                             std::span<const std::size_t> parents,
                                             const TimeSlice& kept) const {
  const std::size_t factor = from.slot->rows_factor == 0
                                 ? static_cast<std::size_t>(from.view.shape[0])
                                 : from.slot->rows_factor;
  std::vector<std::int64_t> rows;
  for (const std::size_t parent : parents) {
    for (std::size_t i = 0; i < factor; ++i) {
      rows.push_back(static_cast<std::int64_t>((parent * factor) + i));
    }
  }
  std::vector<std::int64_t> times(kept.count);
  std::iota(times.begin(), times.end(), static_cast<std::int64_t>(kept.begin));
  return device_->gather(from.value, from.slot->time_axis, rows, times);
}

}  // namespace onnxformers::models
