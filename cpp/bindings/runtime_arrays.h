#pragma once

#include "bindings/module.h"

#include <string>
#include <string_view>

#include <pybind11/numpy.h>

#include "runtime/session.h"

namespace onnxformers::bindings {

/// Where errors of a run are said to come from.
inline constexpr std::string_view kSessionRun = "Session.run";

/// A tensor that the runtime owns, in the memory of a device.
struct DeviceTensor {
  runtime::Handle<ort::Value> value;
  std::string device;
};

/// An input of a run: the value, and the array whose memory it borrows.
struct FedTensor {
  runtime::Handle<ort::Value> owned;
  const ort::Value* value = nullptr;
  py::object keep_alive;
};

/// Checks an array against an input of the session and borrows its memory; arrays that are not
/// contiguous are copied. Takes a DeviceTensor as it is. Throws InvalidType (no array, or another
/// dtype) and InvalidArgument (shape, text that is not UTF-8).
FedTensor feed_array(const runtime::Session& session, std::size_t index, py::handle array);

/// A numpy array over the value's memory, which it owns from now on. Texts become an object array
/// of str.
py::object to_array(runtime::Handle<ort::Value> value, std::string_view name);

}  // namespace onnxformers::bindings
