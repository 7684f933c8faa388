#include "bindings/image_pixels.h"

#include <cstdint>
#include <utility>

#include "base/errors.h"

namespace onnxformers::bindings {

namespace {

/// The Arrow C data interface, as its specification has it.
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

constexpr const char* kArrowName = "arrow_array";
/// Pillow keeps pictures of several channels in words of four bytes.
constexpr std::size_t kWord = 4;

[[noreturn]] void refuse_pixels() {
  fail(ErrorKind::InvalidArgument, "image",
       "expected uint8 of shape (height, width) or (height, width, channels), 1 to 4 channels and "
       "no empty axis");
}

/// The bytes of pixels that hold one number each or a list of four.
const std::uint8_t* exported_bytes(const ArrowArray& array, std::size_t count, std::size_t stride) {
  const bool is_list = stride == kWord;
  const ArrowArray* values = is_list && array.n_children == 1 ? array.children[0] : &array;
  const bool fits = array.offset == 0 && values->offset == 0 && values->n_buffers == 2 &&
                    std::cmp_equal(array.length, count) &&
                    std::cmp_equal(values->length, count * stride);
  if (!fits || values->buffers[1] == nullptr) {
    fail(ErrorKind::Internal, "image", "Pillow exports its pixels in a layout that is not known");
  }
  return static_cast<const std::uint8_t*>(values->buffers[1]);
}

BorrowedPixels borrow_export(const py::tuple& source) {
  const auto capsule = source[0].cast<py::capsule>();
  const auto height = source[1].cast<std::size_t>();
  const auto width = source[2].cast<std::size_t>();
  const auto channels = source[3].cast<std::size_t>();
  const auto* array =
      static_cast<const ArrowArray*>(PyCapsule_GetPointer(capsule.ptr(), kArrowName));
  if (array == nullptr) {
    throw py::error_already_set();
  }
  if (height == 0 || width == 0 || channels == 0 || channels > kWord) {
    refuse_pixels();
  }
  const std::size_t stride = channels == 1 ? 1 : kWord;
  return {
      .pixels =
          {
              .data = exported_bytes(*array, height * width, stride),
              .height = height,
              .width = width,
              .channels = channels,
              .pixel_stride = stride,
              .row_stride = width * stride,
          },
      .keep_alive = capsule,
  };
}

}  // namespace

BorrowedPixels borrow_pixels(const py::object& source) {
  if (py::isinstance<py::tuple>(source)) {
    return borrow_export(source);
  }
  if (!py::isinstance<py::array_t<std::uint8_t>>(source)) {
    fail(ErrorKind::InvalidType, "image", "expected an array of uint8");
  }
  auto array = py::reinterpret_borrow<py::array>(source);
  if (array.ndim() < 2 || array.ndim() > 3 || array.size() == 0 ||
      (array.ndim() == 3 && array.shape(2) > 4)) {
    refuse_pixels();
  }
  const py::ssize_t channels = array.ndim() == 3 ? array.shape(2) : 1;
  const bool is_apart = array.ndim() == 3 && channels > 1 && array.strides(2) != 1;
  if (is_apart || array.strides(1) < channels || array.strides(0) < array.strides(1)) {
    array = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>(array);
  }
  const auto unsign = [](py::ssize_t value) { return static_cast<std::size_t>(value); };
  return {
      .pixels =
          {
              .data = static_cast<const std::uint8_t*>(array.data()),
              .height = unsign(array.shape(0)),
              .width = unsign(array.shape(1)),
              .channels = unsign(channels),
              .pixel_stride = unsign(array.strides(1)),
              .row_stride = unsign(array.strides(0)),
          },
      .keep_alive = array,
  };
}

}  // namespace onnxformers::bindings
