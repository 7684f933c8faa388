#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/io_binding.h"
#include "runtime/value.h"

namespace onnxformers::models {

/// Moves rows and tokens of arrays that lie in the memory of a device, by models of a few nodes
/// that run there: nothing comes to the CPU.
class DeviceArrays {
 public:
  explicit DeviceArrays(runtime::Device device) : device_(std::move(device)) {}

  [[nodiscard]] const runtime::Device& device() const noexcept { return device_; }

  /// The numbers at these places of axis 0 and of `axis`.
  [[nodiscard]] runtime::Handle<ort::Value> gather(const ort::Value* array, std::size_t axis,
                                                   std::span<const std::int64_t> rows,
                                                   std::span<const std::int64_t> places);

  /// An array with zeros in front along `axis`.
  struct Padded {
    const ort::Value* array = nullptr;
    std::size_t count = 0;
  };
  /// The rows of `lower` beneath those of `upper`.
  [[nodiscard]] runtime::Handle<ort::Value> stack(const Padded& upper, const Padded& lower,
                                                  std::size_t axis);

 private:
  /// Operator, element type, rank and axis of one small model.
  using Kind = std::tuple<std::string, ort::ElemType, std::size_t, std::size_t>;
  runtime::IoBinding& binding(const Kind& kind);
  runtime::Handle<ort::Value> run(runtime::IoBinding& binding);

  runtime::Device device_;
  std::map<Kind, std::unique_ptr<runtime::IoBinding>> bindings_;
};

}  // namespace onnxformers::models
