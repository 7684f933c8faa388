#include <algorithm>
#include <vector>

#include "base/multiversion.h"
#include "image/resize.h"

namespace onnxformers::image {

namespace {

void copy_places(const FloatPixels& old, const std::vector<std::size_t>& rows,
                 const std::vector<std::size_t>& columns, float* out) {
  for (const std::size_t y : rows) {
    const float* const row = old.data + (y * old.width * old.channels);
    for (const std::size_t x : columns) {
      out = std::copy_n(row + (x * old.channels), old.channels, out);
    }
  }
}

/// Every row with other columns.
std::vector<float> resample_columns(const FloatPixels& old, const Axis& axis, Filter filter) {
  const Taps taps = find_taps(axis, filter);
  const std::size_t channels = old.channels;
  std::vector<float> out(old.height * axis.count * channels);
  float* value = out.data();
  for (std::size_t y = 0; y < old.height; ++y) {
    const float* const row = old.data + (y * old.width * channels);
    for (std::size_t x = 0; x < taps.places.size(); ++x) {
      const auto [begin, count] = taps.places[x];
      const double* const weights = taps.weights.data() + (x * taps.stride);
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
          sum += static_cast<double>(row[((begin + i) * channels) + c]) * weights[i];
        }
        *value++ = static_cast<float>(sum);
      }
    }
  }
  return out;
}

ONNXFORMERS_MULTIVERSION
void add_row(const float* row, double weight, std::size_t count, double* sums) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] += static_cast<double>(row[i]) * weight;
  }
}

/// Other rows.
std::vector<float> resample_rows(const FloatPixels& old, const Axis& axis, Filter filter) {
  const Taps taps = find_taps(axis, filter);
  const std::size_t width = old.width * old.channels;
  std::vector<float> out(axis.count * width);
  std::vector<double> sums(width);
  for (std::size_t y = 0; y < taps.places.size(); ++y) {
    std::ranges::fill(sums, 0.0);
    const auto [begin, count] = taps.places[y];
    for (std::size_t i = 0; i < count; ++i) {
      add_row(old.data + ((begin + i) * width), taps.weights[(y * taps.stride) + i], width,
              sums.data());
    }
    std::ranges::transform(sums, out.data() + (y * width),
                           [](double sum) { return static_cast<float>(sum); });
  }
  return out;
}

}  // namespace

void resize(const FloatPixels& old, const Axis& rows, const Axis& columns, Filter filter,
            float* out) {
  if (filter == Filter::Nearest || (rows.is_identity() && columns.is_identity())) {
    copy_places(old, nearest_places(rows), nearest_places(columns), out);
    return;
  }
  const auto do_rows = [&](const FloatPixels& from) { return resample_rows(from, rows, filter); };
  const auto do_columns = [&](const FloatPixels& from) {
    return resample_columns(from, columns, filter);
  };
  std::vector<float> done;
  if (columns.is_identity()) {
    done = do_rows(old);
  } else if (rows.is_identity()) {
    done = do_columns(old);
  } else if (are_rows_first(rows, columns)) {
    done = do_rows(old);
    done = do_columns(
        {.data = done.data(), .height = rows.count, .width = old.width, .channels = old.channels});
  } else {
    done = do_columns(old);
    done = do_rows({.data = done.data(),
                    .height = old.height,
                    .width = columns.count,
                    .channels = old.channels});
  }
  std::ranges::copy(done, out);
}

}  // namespace onnxformers::image
