// Resizing against a slow twin that follows Pillow's rules pixel by pixel; every set of kernels
// gives the same bytes.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "check.h"
#include "image/resampled.h"
#include "image/resize.h"

using namespace onnxformers;
using namespace onnxformers::image;

namespace {

std::mt19937 engine(7);  // NOLINT: the same pictures in each run

std::size_t draw(std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(engine);
}

/// Bytes of exactly the memory a picture needs, so that a sanitizer sees every step beyond.
struct Picture {
  std::unique_ptr<std::uint8_t[]> bytes;  // NOLINT: of an exact size
  Pixels pixels;

  Picture(std::size_t height, std::size_t width, std::size_t channels, std::size_t stride) {
    const std::size_t size = (height * width - 1) * stride + channels;
    bytes = std::make_unique<std::uint8_t[]>(size);  // NOLINT
    std::generate_n(bytes.get(), size, [] { return static_cast<std::uint8_t>(draw(0, 255)); });
    pixels = {bytes.get(), height, width, channels, stride, width * stride};
  }
};

struct Weighted {
  std::size_t first;
  std::vector<int> weights;
};

Weighted twin_taps(const Axis& axis, Filter filter, std::size_t place) {
  const double scale =
      static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.new_size);
  const double wide = std::max(1.0, scale);
  const double support = filter_support(filter) * wide;
  const double center = static_cast<double>(axis.from) + (static_cast<double>(place) + 0.5) * scale;
  const int first = std::max(0, static_cast<int>(center - support + 0.5));
  const int end =
      std::min(static_cast<int>(axis.old_size), static_cast<int>(center + support + 0.5));
  std::vector<double> weights;
  double sum = 0;
  for (int i = first; i < end; ++i) {
    weights.push_back(filter_weight(filter, (i - center + 0.5) * (1.0 / wide)));
    sum += weights.back();
  }
  Weighted taps{static_cast<std::size_t>(first), {}};
  for (const double weight : weights) {
    const double fixed = weight / sum * (1 << 22);
    taps.weights.push_back(static_cast<int>(fixed < 0 ? fixed - 0.5 : fixed + 0.5));
  }
  return taps;
}

std::uint8_t twin_pixel(long long sum) {
  return static_cast<std::uint8_t>(std::clamp((sum + (1 << 21)) >> 22, 0LL, 255LL));
}

/// Numbers of one channel, in rows.
struct Plane {
  std::size_t width;
  std::vector<std::uint8_t> values;
};

/// Other columns.
Plane twin_columns(const Plane& old, const Axis& axis, Filter filter) {
  Plane made{axis.count, {}};
  for (std::size_t y = 0; y < old.values.size() / old.width; ++y) {
    for (std::size_t x = 0; x < axis.count; ++x) {
      const Weighted taps = axis.is_identity() ? Weighted{axis.begin + x, {1 << 22}}
                                               : twin_taps(axis, filter, axis.begin + x);
      long long sum = 0;
      for (std::size_t i = 0; i < taps.weights.size(); ++i) {
        sum += static_cast<long long>(old.values[y * old.width + taps.first + i]) * taps.weights[i];
      }
      made.values.push_back(twin_pixel(sum));
    }
  }
  return made;
}

Plane turned(const Plane& old) {
  const std::size_t height = old.values.size() / old.width;
  Plane made{height, {}};
  for (std::size_t x = 0; x < old.width; ++x) {
    for (std::size_t y = 0; y < height; ++y) {
      made.values.push_back(old.values[y * old.width + x]);
    }
  }
  return made;
}

Plane twin_rows(const Plane& old, const Axis& axis, Filter filter) {
  return turned(twin_columns(turned(old), axis, filter));
}

/// The wanted part of one channel.
std::vector<std::uint8_t> twin(const Pixels& old, std::size_t channel, const Axis& rows,
                               const Axis& columns, Filter filter) {
  Plane plane{old.width, {}};
  for (std::size_t i = 0; i < old.height * old.width; ++i) {
    plane.values.push_back(old.data[i * old.pixel_stride + channel]);
  }
  const int lost_rows = static_cast<int>(rows.old_size) - static_cast<int>(rows.new_size);
  const int lost_columns = static_cast<int>(columns.old_size) - static_cast<int>(columns.new_size);
  if (lost_rows > 0 && lost_rows > 2 * lost_columns) {
    return twin_columns(twin_rows(plane, rows, filter), columns, filter).values;
  }
  return twin_rows(twin_columns(plane, columns, filter), rows, filter).values;
}

std::vector<std::uint8_t> resampled(const Pixels& old, const Axis& rows, const Axis& columns,
                                    Filter filter, const RowKernels& kernels) {
  const Resampled made(old, rows, columns, filter, kernels);
  std::vector<std::uint8_t> out;
  for (std::size_t y = 0; y < made.height(); ++y) {
    // Of an exact size, as above.
    const auto row = std::make_unique<std::uint8_t[]>(made.row_bytes());  // NOLINT
    made.row(y, row.get());
    out.insert(out.end(), row.get(), row.get() + made.row_bytes());
  }
  return out;
}

std::vector<std::uint8_t> plane(const std::vector<std::uint8_t>& bytes, std::size_t channels,
                                std::size_t channel) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = channel; i < bytes.size(); i += channels) {
    out.push_back(bytes[i]);
  }
  return out;
}

Axis part_of(Axis axis) {
  axis.begin = draw(0, axis.new_size - 1);
  axis.count = draw(1, axis.new_size - axis.begin);
  return axis;
}

constexpr Filter kFilters[] = {Filter::Lanczos, Filter::Bilinear, Filter::Bicubic, Filter::Box,
                               Filter::Hamming};

void compare(const Picture& picture, const Axis& rows, const Axis& columns, Filter filter) {
  const std::size_t channels = picture.pixels.channels;
  for (const RowKernels* const kernels : all_row_kernels()) {
    const auto got = resampled(picture.pixels, rows, columns, filter, *kernels);
    CHECK_EQUAL(got.size(), rows.count * columns.count * channels);
    for (std::size_t c = 0; c < channels; ++c) {
      CHECK(plane(got, channels, c) == twin(picture.pixels, c, rows, columns, filter));
    }
  }
}

}  // namespace

TEST(random_sizes_equal_the_twin) {
  for (int round = 0; round < 60; ++round) {
    const std::size_t channels = draw(1, 4);
    const std::size_t stride = channels == 3 ? draw(3, 4) : channels;
    const Picture picture(draw(1, 40), draw(1, 90), channels, stride);
    const Axis rows = Axis::whole(picture.pixels.height, draw(1, 50));
    const Axis columns = Axis::whole(picture.pixels.width, draw(1, 70));
    compare(picture, rows, columns, kFilters[round % 5]);
    compare(picture, part_of(rows), part_of(columns), kFilters[round % 5]);
  }
}

TEST(rows_first_where_that_saves_more) {
  for (const std::size_t stride : {3U, 4U}) {
    const Picture picture(60, 30, 3, stride);
    compare(picture, Axis::whole(60, 9), Axis::whole(30, 20), Filter::Bicubic);
    compare(picture, part_of(Axis::whole(60, 9)), part_of(Axis::whole(30, 50)), Filter::Lanczos);
  }
}

TEST(one_axis_stays) {
  for (const std::size_t stride : {3U, 4U}) {
    const Picture picture(13, 21, 3, stride);
    const Axis rows = Axis::whole(13, 13);
    const Axis columns = Axis::whole(21, 21);
    compare(picture, rows, Axis::whole(21, 8), Filter::Bicubic);
    compare(picture, Axis::whole(13, 30), columns, Filter::Bicubic);
    compare(picture, part_of(rows), part_of(columns), Filter::Bicubic);
  }
}

TEST(much_smaller_and_much_larger) {
  const Picture wide(3, 3000, 3, 3);
  compare(wide, Axis::whole(3, 2), Axis::whole(3000, 2), Filter::Lanczos);
  const Picture one(1, 1, 4, 4);
  compare(one, Axis::whole(1, 17), Axis::whole(1, 29), Filter::Bicubic);
}

TEST(a_box_may_have_fractions) {
  const Picture picture(20, 30, 3, 3);
  Axis rows = Axis::whole(20, 7);
  rows.from = 1.25F;
  rows.to = 18.5F;
  Axis columns = Axis::whole(30, 44);
  columns.from = 0.5F;
  columns.to = 29.75F;
  compare(picture, rows, columns, Filter::Bicubic);
}

TEST(nearest_takes_the_pixel_at_the_centre) {
  const Picture picture(4, 9, 3, 3);
  const auto got = resampled(picture.pixels, Axis::whole(4, 2), Axis::whole(9, 3), Filter::Nearest,
                             row_kernels());
  const std::uint8_t* const expected = picture.pixels.row(1) + 4 * 3;
  CHECK_EQUAL(got.size(), 18U);
  CHECK(std::memcmp(got.data() + 3, expected, 3) == 0);
}

TEST(transparent_colours_do_not_bleed) {
  const std::vector<std::uint8_t> bytes{200, 100, 50, 255, 0, 255, 0, 0};
  std::vector<std::uint8_t> weighted(8);
  weight_by_alpha(Pixels{bytes.data(), 1, 2, 4, 4, 8}, weighted.data());
  CHECK((weighted == std::vector<std::uint8_t>{200, 100, 50, 255, 0, 0, 0, 0}));
  std::vector<std::uint8_t> out(4);
  resize(Pixels{weighted.data(), 1, 2, 4, 4, 8}, Axis::whole(1, 1), Axis::whole(2, 1), Filter::Box,
         out.data());
  divide_by_alpha(out.data(), 1, 4);
  CHECK((out == std::vector<std::uint8_t>{199, 99, 49, 128}));
}

TEST(floats_are_weighted_sums) {
  const std::vector<float> values{0.0F, 1.0F, 5.0F, 2.0F};
  std::vector<float> out(2);
  resize(FloatPixels{values.data(), 1, 4, 1}, Axis::whole(1, 1), Axis::whole(4, 2), Filter::Box,
         out.data());
  CHECK((out == std::vector<float>{0.5F, 3.5F}));
  resize(FloatPixels{values.data(), 2, 2, 1}, Axis::whole(2, 1), Axis::whole(2, 2),
         Filter::Bilinear, out.data());
  CHECK((out == std::vector<float>{2.5F, 1.5F}));
}

TEST(blocks_are_averaged_and_rounded) {
  const std::vector<std::uint8_t> bytes{1, 2, 9, 2, 2, 8};
  std::vector<std::uint8_t> out(2);
  reduce(Pixels{bytes.data(), 2, 3, 1, 1, 3}, 2, 2, out.data());
  CHECK((out == std::vector<std::uint8_t>{2, 9}));
  const std::vector<float> values{1, 2, 9, 2, 2, 8};
  std::vector<float> means(2);
  reduce(FloatPixels{values.data(), 2, 3, 1}, 2, 2, means.data());
  CHECK((means == std::vector<float>{1.75F, 8.5F}));
}

TEST(filters_have_numbers) {
  CHECK(filter_from_number(3) == Filter::Bicubic);
  CHECK_ERROR(ErrorKind::InvalidArgument, "from 0 to 5", filter_from_number(6));
  CHECK_ERROR(ErrorKind::InvalidArgument, "from 0 to 5", filter_from_number(-1));
}
