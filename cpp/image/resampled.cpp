#include "image/resampled.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace onnxformers::image {

namespace {

/// Taps of an axis, in the order that the kernels want.
struct Packed {
  std::vector<std::uint32_t> weights;
  std::size_t stride = 0;
  const RowKernels* kernels = nullptr;
};

Packed packed_taps(const Taps& taps, const RowKernels& wanted) {
  const std::vector<std::int32_t> fixed = fixed_weights(taps);
  const bool fits = std::ranges::all_of(
      fixed, [](std::int32_t weight) { return std::abs(weight) <= kLargestWeight; });
  Packed packed;
  packed.kernels = fits ? &wanted : &kPlainKernels;
  packed.stride = taps.stride / 4 * packed.kernels->words_per_group;
  packed.weights.resize(taps.places.size() * packed.stride);
  packed.kernels->pack(fixed.data(), fixed.size() / 4, packed.weights.data());
  return packed;
}

/// Rows of a picture in memory that may be read beyond their end.
class SafeRows {
 public:
  explicit SafeRows(const Pixels& pixels) : pixels_(pixels) {}

  [[nodiscard]] const std::uint8_t* row(std::size_t y) {
    const std::uint8_t* const begin = pixels_.row(y);
    const std::size_t bytes = pixels_.row_bytes();
    if (static_cast<std::size_t>(pixels_.end() - begin) >= bytes + kRowSlack) {
      return begin;
    }
    copies_.emplace_back(bytes + kRowSlack);
    std::memcpy(copies_.back().data(), begin, bytes);
    return copies_.back().data();
  }

 private:
  const Pixels& pixels_;
  std::vector<std::vector<std::uint8_t>> copies_;
};

/// Channels one by one, for pixels that the kernels do not take.
void resample_row(const std::uint8_t* row, const Pixels& pixels, const Taps& taps,
                  const std::vector<std::int32_t>& weights, std::uint8_t* out) {
  for (std::size_t x = 0; x < taps.places.size(); ++x) {
    const auto [first, count] = taps.places[x];
    const std::int32_t* const weight = weights.data() + (x * taps.stride);
    for (std::size_t c = 0; c < pixels.channels; ++c) {
      const std::uint8_t* const pixel = row + (first * pixels.pixel_stride) + c;
      std::int32_t sum = kHalf;
      for (std::size_t i = 0; i < count; ++i) {
        sum += pixel[i * pixels.pixel_stride] * weight[i];
      }
      *out++ = to_pixel(sum);
    }
  }
}

/// All rows of the old picture with resampled columns.
void resample_with(const Packed& packed, const Taps& taps, const Pixels& old,
                   std::size_t out_stride, std::uint8_t* out) {
  constexpr std::size_t kMostRows = 4;
  const std::size_t at_once = packed.kernels->rows;
  std::array<const std::uint8_t*, kMostRows> rows{};
  std::array<std::uint8_t*, kMostRows> outs{};
  const PackedTaps kernel_taps{
      .places = taps.places.data(),
      .count = taps.places.size(),
      .weights = packed.weights.data(),
      .stride = packed.stride,
  };
  for (std::size_t y = 0; y < old.height; y += at_once) {
    SafeRows safe(old);
    for (std::size_t i = 0; i < at_once; ++i) {
      // The last rows may be too few: some are then made twice, to the same place.
      const std::size_t place = std::min(y + i, old.height - 1);
      rows[i] = safe.row(place);
      outs[i] = out + (place * out_stride);
    }
    packed.kernels->horizontal({.rows = rows.data(),
                                .pixel_stride = old.pixel_stride,
                                .out = outs.data(),
                                .channels = old.channels},
                               kernel_taps);
  }
}

bool fits_kernels(const Pixels& pixels) {
  return pixels.channels >= 3 && (pixels.pixel_stride == 3 || pixels.pixel_stride == 4);
}

/// A row without what lies between its pixels.
void copy_row(const std::uint8_t* row, std::size_t pixel_stride, std::size_t channels,
              std::size_t count, std::uint8_t* out) {
  if (pixel_stride == channels) {
    std::memcpy(out, row, count * channels);
    return;
  }
  for (std::size_t x = 0; x < count; ++x) {
    std::memcpy(out + (x * channels), row + (x * pixel_stride), channels);
  }
}

}  // namespace

Resampled::Resampled(const Pixels& old, const Axis& rows, const Axis& columns, Filter filter,
                     const RowKernels& kernels)
    : source_(old), height_(rows.count), row_bytes_(columns.count * old.channels) {
  if (filter == Filter::Nearest) {
    row_places_ = nearest_places(rows);
    places_ = nearest_places(columns);
    return;
  }
  if (rows.is_identity()) {
    keep_rows(rows.begin, rows.begin + rows.count);
  } else {
    const Taps taps = find_taps(rows, filter);
    keep_rows(taps.first_row(), taps.end_row());
    prepare_rows(taps, kernels);
    if (!columns.is_identity() && are_rows_first(rows, columns)) {
      make_rows();
    }
  }
  if (!columns.is_identity()) {
    resample_columns(columns, filter, kernels);
    return;
  }
  source_.data += columns.begin * source_.pixel_stride;
  source_.width = columns.count;
  if (kernels_ != nullptr && source_.pixel_stride != source_.channels) {
    close_gaps();
  }
}

void Resampled::keep_rows(std::size_t begin, std::size_t end) {
  first_row_ = begin;
  source_.data = source_.row(begin);
  source_.height = std::max(end, begin + 1) - begin;
}

void Resampled::prepare_rows(const Taps& taps, const RowKernels& kernels) {
  Packed packed = packed_taps(taps, kernels);
  kernels_ = packed.kernels;
  weights_ = std::move(packed.weights);
  stride_ = packed.stride;
  taps_ = taps.places;
}

void Resampled::make_rows() {
  const std::size_t stride = source_.row_bytes() + kRowSlack;
  std::vector<std::uint8_t> rows(height_ * stride);
  for (std::size_t y = 0; y < height_; ++y) {
    blend_rows(y, source_.row_bytes(), rows.data() + (y * stride));
  }
  kernels_ = nullptr;
  source_.height = height_;
  replace_source(std::move(rows), stride);
}

void Resampled::resample_columns(const Axis& columns, Filter filter, const RowKernels& kernels) {
  const Taps taps = find_taps(columns, filter);
  const std::size_t stride = row_bytes_ + kRowSlack;
  std::vector<std::uint8_t> rows(source_.height * stride);
  if (fits_kernels(source_)) {
    resample_with(packed_taps(taps, kernels), taps, source_, stride, rows.data());
  } else {
    const std::vector<std::int32_t> weights = fixed_weights(taps);
    for (std::size_t y = 0; y < source_.height; ++y) {
      resample_row(source_.row(y), source_, taps, weights, rows.data() + (y * stride));
    }
  }
  source_.width = columns.count;
  source_.pixel_stride = source_.channels;
  replace_source(std::move(rows), stride);
}

void Resampled::close_gaps() {
  std::vector<std::uint8_t> rows(source_.height * row_bytes_);
  for (std::size_t y = 0; y < source_.height; ++y) {
    copy_row(source_.row(y), source_.pixel_stride, source_.channels, source_.width,
             rows.data() + (y * row_bytes_));
  }
  source_.pixel_stride = source_.channels;
  replace_source(std::move(rows), row_bytes_);
}

void Resampled::replace_source(std::vector<std::uint8_t> bytes, std::size_t row_stride) {
  made_ = std::move(bytes);
  source_.data = made_.data();
  source_.row_stride = row_stride;
}

void Resampled::row(std::size_t y, std::uint8_t* out) const {
  if (!places_.empty()) {
    const std::uint8_t* const row = source_.row(row_places_[y]);
    for (const std::size_t place : places_) {
      std::memcpy(out, row + (place * source_.pixel_stride), source_.channels);
      out += source_.channels;
    }
    return;
  }
  if (kernels_ == nullptr) {
    copy_row(source_.row(y), source_.pixel_stride, source_.channels, source_.width, out);
    return;
  }
  blend_rows(y, row_bytes_, out);
}

void Resampled::blend_rows(std::size_t y, std::size_t bytes, std::uint8_t* out) const {
  const Tap tap = taps_[y];
  std::vector<const std::uint8_t*> rows((tap.count + 3) / 4 * 4);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // Those behind the last one count nothing.
    const std::size_t place = tap.first - first_row_ + std::min(i, tap.count - 1);
    rows[i] = source_.row(place);
  }
  kernels_->vertical(rows.data(), rows.size(), weights_.data() + (y * stride_), bytes, out);
}

}  // namespace onnxformers::image
