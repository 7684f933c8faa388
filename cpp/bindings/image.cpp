#include "bindings/module.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/image_pixels.h"
#include "image/batch.h"
#include "image/interpolate.h"
#include "image/resize.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using Floats = py::array_t<float, py::array::c_style>;
using Size = std::array<std::size_t, 2>;
/// Of the old picture: left, upper, right and lower edge.
using Box = std::array<float, 4>;

/// No side of a picture is longer; sizes then fit into all sums.
constexpr std::size_t kLongestSide = 1U << 24U;

std::vector<py::ssize_t> shape_of(const py::array& like, const Size& size) {
  std::vector<py::ssize_t> shape{
      static_cast<py::ssize_t>(size[0]),
      static_cast<py::ssize_t>(size[1]),
  };
  if (like.ndim() == 3) {
    shape.push_back(like.shape(2));
  }
  return shape;
}

void check_side(std::size_t length) {
  if (length == 0 || length > kLongestSide) {
    fail(ErrorKind::InvalidArgument, "resize",
         "sides must be from 1 to " + std::to_string(kLongestSide) + " pixels, got " +
             std::to_string(length));
  }
}

image::Axis axis_of(std::size_t old_size, std::size_t new_size, float from, float to) {
  check_side(old_size);
  check_side(new_size);
  if (from < 0 || from >= to || to > static_cast<float>(old_size)) {
    fail(ErrorKind::InvalidArgument, "resize", "the box must lie inside the picture");
  }
  return {.old_size = old_size,
          .new_size = new_size,
          .from = from,
          .to = to,
          .begin = 0,
          .count = new_size};
}

image::FloatPixels float_pixels(const Floats& array) {
  if (array.ndim() < 2 || array.ndim() > 3 || array.size() == 0) {
    fail(ErrorKind::InvalidArgument, "image",
         "expected shape (height, width) or (height, width, channels) and no empty axis");
  }
  const auto side = [&](int axis) { return static_cast<std::size_t>(array.shape(axis)); };
  return {.data = array.data(),
          .height = side(0),
          .width = side(1),
          .channels = array.ndim() == 3 ? side(2) : 1};
}

py::array resize_bytes(const py::array& array, const Size& size, int resample, const Box& box) {
  const image::Filter filter = image::filter_from_number(resample);
  const BorrowedPixels old = borrow_pixels(array);
  const image::Axis rows = axis_of(old.pixels.height, size[0], box[1], box[3]);
  const image::Axis columns = axis_of(old.pixels.width, size[1], box[0], box[2]);
  py::array_t<std::uint8_t> out(shape_of(array, size));
  std::uint8_t* const values = out.mutable_data();
  const GilRelease release;
  image::resize(old.pixels, rows, columns, filter, values);
  return out;
}

py::array resize_floats(const Floats& array, const Size& size, int resample, const Box& box) {
  const image::Filter filter = image::filter_from_number(resample);
  const image::FloatPixels old = float_pixels(array);
  const image::Axis rows = axis_of(old.height, size[0], box[1], box[3]);
  const image::Axis columns = axis_of(old.width, size[1], box[0], box[2]);
  Floats out(shape_of(array, size));
  float* const values = out.mutable_data();
  const GilRelease release;
  image::resize(old, rows, columns, filter, values);
  return out;
}

py::array_t<std::uint8_t> weight_by_alpha(const py::array& array) {
  const BorrowedPixels old = borrow_pixels(array);
  py::array_t<std::uint8_t> out(shape_of(array, {old.pixels.height, old.pixels.width}));
  std::uint8_t* const values = out.mutable_data();
  const GilRelease release;
  image::weight_by_alpha(old.pixels, values);
  return out;
}

using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

void divide_by_alpha(Bytes& array) {
  if (array.ndim() != 3 || array.size() == 0) {
    fail(ErrorKind::InvalidArgument, "divide_by_alpha", "expected shape (height, width, channels)");
  }
  std::uint8_t* const values = array.mutable_data();
  const auto channels = static_cast<std::size_t>(array.shape(2));
  const auto count = static_cast<std::size_t>(array.size()) / channels;
  const GilRelease release;
  image::divide_by_alpha(values, count, channels);
}

Size blocks(std::size_t height, std::size_t width, const Size& factor) {
  check_side(height);
  check_side(width);
  check_side(factor[0]);
  check_side(factor[1]);
  if (factor[0] * factor[1] > kLongestSide) {
    fail(ErrorKind::InvalidArgument, "reduce", "the blocks are too large");
  }
  return {(height + factor[0] - 1) / factor[0], (width + factor[1] - 1) / factor[1]};
}

py::array reduce_bytes(const py::array& array, const Size& factor) {
  const BorrowedPixels old = borrow_pixels(array);
  const Size size = blocks(old.pixels.height, old.pixels.width, factor);
  py::array_t<std::uint8_t> out(shape_of(array, size));
  std::uint8_t* const values = out.mutable_data();
  const GilRelease release;
  image::reduce(old.pixels, factor[0], factor[1], values);
  return out;
}

py::array reduce_floats(const Floats& array, const Size& factor) {
  const image::FloatPixels old = float_pixels(array);
  Floats out(shape_of(array, blocks(old.height, old.width, factor)));
  float* const values = out.mutable_data();
  const GilRelease release;
  image::reduce(old, factor[0], factor[1], values);
  return out;
}

/// Per picture: height and width to resize to; top, left, height and width of the window in it;
/// top and left of the window in the frame.
using Place = std::array<std::int64_t, 8>;

struct Batch {
  std::vector<image::Entry> entries;
  std::vector<BorrowedPixels> borrowed;
};

bool is_within(std::int64_t value, std::int64_t low, std::size_t high) {
  return value >= low && std::cmp_less_equal(value, high);
}

/// Throws InvalidArgument for a window that does not fit into the frame, and for lengths that no
/// picture has.
image::Entry entry_of(const image::Pixels& pixels, const Place& place, std::size_t frame_height,
                      std::size_t frame_width) {
  const auto& [height, width, top, left, rows, columns, frame_top, frame_left] = place;
  constexpr auto kFar = -static_cast<std::int64_t>(kLongestSide);
  const bool fits = is_within(height, 1, kLongestSide) && is_within(width, 1, kLongestSide) &&
                    is_within(top, kFar, kLongestSide) && is_within(left, kFar, kLongestSide) &&
                    is_within(rows, 1, frame_height) && is_within(columns, 1, frame_width) &&
                    is_within(frame_top, 0, frame_height - static_cast<std::size_t>(rows)) &&
                    is_within(frame_left, 0, frame_width - static_cast<std::size_t>(columns));
  if (!fits) {
    fail(ErrorKind::InvalidArgument, "preprocess", "a window does not fit into its frame");
  }
  const auto unsign = [](std::int64_t value) { return static_cast<std::size_t>(value); };
  return {
      .pixels = pixels,
      .height = unsign(height),
      .width = unsign(width),
      .top = top,
      .left = left,
      .window_height = unsign(rows),
      .window_width = unsign(columns),
      .frame_top = unsign(frame_top),
      .frame_left = unsign(frame_left),
  };
}

Batch borrow_batch(const std::vector<py::object>& sources, const std::vector<Place>& places,
                   std::size_t channels, std::size_t frame_height, std::size_t frame_width) {
  if (sources.size() != places.size()) {
    fail(ErrorKind::InvalidArgument, "preprocess", "expected one place for each picture");
  }
  Batch batch;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    batch.borrowed.push_back(borrow_pixels(sources[i]));
    const image::Pixels& pixels = batch.borrowed.back().pixels;
    check_side(pixels.height);
    check_side(pixels.width);
    if (pixels.channels != channels) {
      fail(ErrorKind::InvalidArgument, "preprocess",
           "expected " + std::to_string(channels) + " channels, got " +
               std::to_string(pixels.channels));
    }
    batch.entries.push_back(entry_of(pixels, places[i], frame_height, frame_width));
  }
  return batch;
}

template <typename Value>
using Values = py::array_t<Value, py::array::c_style>;

template <typename Value>
void preprocess(const std::vector<py::object>& sources, const std::vector<Place>& places,
                int resample, const Values<Value>& table, const Values<Value>& surround,
                bool flip_channels, unsigned threads, Values<Value>& out) {
  const py::ssize_t channels = table.ndim() == 2 ? table.shape(0) : 0;
  const bool fits = channels > 0 && table.shape(1) == 256 && surround.ndim() == 2 &&
                    surround.shape(0) == static_cast<py::ssize_t>(sources.size()) &&
                    surround.shape(1) == channels && out.ndim() == 4 &&
                    out.shape(0) == static_cast<py::ssize_t>(sources.size()) &&
                    out.shape(1) == channels;
  if (!fits) {
    fail(ErrorKind::InvalidArgument, "preprocess",
         "expected a table of shape (channels, 256), surroundings of shape (images, channels), and "
         "out of shape (images, channels, height, width)");
  }
  const auto side = [&](int axis) { return static_cast<std::size_t>(out.shape(axis)); };
  const Batch batch = borrow_batch(sources, places, side(1), side(2), side(3));
  image::BatchPlan<Value> plan{
      side(2),         side(3),
      side(1),         image::filter_from_number(resample),
      table.data(),    std::vector<std::size_t>(side(1)),
      surround.data(),
  };
  std::iota(plan.order.begin(), plan.order.end(), 0U);
  if (flip_channels) {
    std::reverse(plan.order.begin(), plan.order.end());
  }
  Value* const values = out.mutable_data();
  const GilRelease release;
  image::fill_batch(batch.entries, plan, threads, values);
}

template <typename Value>
void bind_preprocess(py::module_& m) {
  m.def("preprocess", &preprocess<Value>, "images"_a, "places"_a, "resample"_a,
        "table"_a.noconvert(), "surround"_a.noconvert(), "flip_channels"_a, "threads"_a,
        "out"_a.noconvert(),
        "Fills out, shape (images, channels, height, width), with the bits of numbers. places: "
        "for each picture the height and width to resize to; top, left, height and width of a "
        "window in it; top and left of that in the frame. table: what each value of each new "
        "channel becomes; surround: what lies around the windows, shape (images, channels).");
}

image::Grids grids_of(const Floats& array) {
  if (array.ndim() != 3 || array.size() == 0) {
    fail(ErrorKind::InvalidArgument, "interpolate",
         "expected shape (grids, height, width) and no empty axis");
  }
  const auto side = [&](int axis) { return static_cast<std::size_t>(array.shape(axis)); };
  check_side(side(1));
  check_side(side(2));
  return {.values = array.data(), .count = side(0), .height = side(1), .width = side(2)};
}

image::GridSize grid_size(const Size& size, bool align_corners) {
  check_side(size[0]);
  check_side(size[1]);
  return {.height = size[0], .width = size[1], .align_corners = align_corners};
}

Floats interpolate(const Floats& array, const Size& size, bool align_corners, unsigned threads) {
  const image::Grids grids = grids_of(array);
  const image::GridSize wanted = grid_size(size, align_corners);
  Floats out({grids.count, size[0], size[1]});
  float* const values = out.mutable_data();
  const GilRelease release;
  image::interpolate(grids, wanted, threads, values);
  return out;
}

py::array_t<std::int64_t> label_map(const Floats& array, const Size& size, unsigned threads) {
  const image::Grids grids = grids_of(array);
  const image::GridSize wanted = grid_size(size, false);
  py::array_t<std::int64_t> labels({size[0], size[1]});
  std::int64_t* const values = labels.mutable_data();
  const GilRelease release;
  image::label_map(grids, wanted, threads, values);
  return labels;
}

}  // namespace

void bind_image(py::module_& m) {
  m.def("resize", &resize_floats, "pixels"_a.noconvert(), "size"_a, "resample"_a, "box"_a,
        "Another (height, width), as Pillow's mode F; box: left, upper, right, lower.");
  m.def("resize", &resize_bytes, "pixels"_a, "size"_a, "resample"_a, "box"_a, "Of uint8.");
  m.def("weight_by_alpha", &weight_by_alpha, "pixels"_a,
        "Colours multiplied by the last channel, alpha.");
  m.def("divide_by_alpha", &divide_by_alpha, "pixels"_a.noconvert(), "Undoes it, in place.");
  m.def("reduce", &reduce_floats, "pixels"_a.noconvert(), "factor"_a,
        "Means of blocks of (height, width) pixels.");
  m.def("reduce", &reduce_bytes, "pixels"_a, "factor"_a, "Of uint8.");
  m.def("interpolate", &interpolate, "grids"_a.noconvert(), "size"_a, "align_corners"_a,
        "threads"_a, "Bilinear, shape (grids, *size), as PyTorch; grids: (grids, height, width).");
  m.def("label_map", &label_map, "grids"_a.noconvert(), "size"_a, "threads"_a,
        "Which grid is the largest at each place once interpolated to (height, width).");
  bind_preprocess<std::uint32_t>(m);
  bind_preprocess<std::uint16_t>(m);
}

}  // namespace onnxformers::bindings
