#pragma once

#include "bindings/module.h"

#include <pybind11/numpy.h>

#include "image/pixels.h"

namespace onnxformers::bindings {

/// A picture of 8 bits a channel in Python's memory.
struct BorrowedPixels {
  image::Pixels pixels;
  py::object keep_alive;
};

/// Borrows an array of uint8, shape (height, width) or (height, width, channels), or what a PIL
/// image exports, (capsule, height, width, channels); arrays whose channels do not stand side by
/// side are copied. Throws InvalidType and InvalidArgument.
BorrowedPixels borrow_pixels(const py::object& source);

}  // namespace onnxformers::bindings
