#include "models/device_arrays.h"

#include <string_view>

namespace onnxformers::models {

namespace {

// Models as ONNX files have them: messages of protobuf, by the field numbers of onnx.proto.

std::string varint(std::uint64_t number) {
  std::string out;
  for (; number > 0x7f; number >>= 7U) {
    out.push_back(static_cast<char>((number & 0x7fU) | 0x80U));
  }
  out.push_back(static_cast<char>(number));
  return out;
}

std::string number_field(unsigned field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}

std::string bytes_field(unsigned field, std::string_view content) {
  return varint(field << 3U | 2U) + varint(content.size()) + std::string(content);
}

/// ValueInfoProto of a tensor whose sizes are all open.
std::string declare(std::string_view name, ort::ElemType type, std::size_t rank) {
  std::string shape;
  for (std::size_t i = 0; i < rank; ++i) {
    shape += bytes_field(1, "");
  }
  const std::string tensor =
      number_field(1, static_cast<std::uint64_t>(type)) + bytes_field(2, shape);
  return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor));
}

/// NodeProto without attributes.
std::string node(std::string_view op, const std::array<std::string_view, 2>& inputs,
                 std::string_view output) {
  return bytes_field(1, inputs[0]) + bytes_field(1, inputs[1]) + bytes_field(2, output) +
         bytes_field(4, op);
}

/// The attribute `axis` of a NodeProto.
std::string along(std::size_t axis) {
  constexpr std::uint64_t kInt = 2;
  return bytes_field(5, bytes_field(1, "axis") + number_field(3, axis) + number_field(20, kInt));
}

std::string model(const std::string& graph) {
  constexpr std::uint64_t kFormat = 8;
  constexpr std::uint64_t kOperators = 13;
  return number_field(1, kFormat) + bytes_field(7, graph) +
         bytes_field(8, bytes_field(1, "") + number_field(2, kOperators));
}

/// y: places of axis 0, then of another axis, of x.
std::string gather_model(ort::ElemType type, std::size_t rank, std::size_t axis) {
  return model(bytes_field(1, node("Gather", {"x", "rows"}, "some") + along(0)) +
               bytes_field(1, node("Gather", {"some", "places"}, "y") + along(axis)) +
               bytes_field(2, "gather") + bytes_field(11, declare("x", type, rank)) +
               bytes_field(11, declare("rows", ort::ElemType::Int64, 1)) +
               bytes_field(11, declare("places", ort::ElemType::Int64, 1)) +
               bytes_field(12, declare("y", type, rank)));
}

/// y: the rows of x, then those of z, both padded.
std::string stack_model(ort::ElemType type, std::size_t rank) {
  return model(bytes_field(1, node("Pad", {"x", "x_pads"}, "upper")) +
               bytes_field(1, node("Pad", {"z", "z_pads"}, "lower")) +
               bytes_field(1, node("Concat", {"upper", "lower"}, "y") + along(0)) +
               bytes_field(2, "stack") + bytes_field(11, declare("x", type, rank)) +
               bytes_field(11, declare("x_pads", ort::ElemType::Int64, 1)) +
               bytes_field(11, declare("z", type, rank)) +
               bytes_field(11, declare("z_pads", ort::ElemType::Int64, 1)) +
               bytes_field(12, declare("y", type, rank)));
}

runtime::SessionConfig config_for(const runtime::Device& device) {
  runtime::SessionConfig config;
  if (device.name != "cpu") {
    config.providers = {
        {.name = device.name, .options = {{"device_id", std::to_string(device.id)}}},
    };
  }
  config.intra_op_threads = 1;
  return config;
}

runtime::Handle<ort::Value> indices(std::span<const std::int64_t> numbers) {
  const std::array shape{static_cast<std::int64_t>(numbers.size())};
  // ONNX Runtime only reads its inputs.
  return runtime::borrow_tensor(ort::ElemType::Int64, const_cast<std::int64_t*>(numbers.data()),
                                shape);
}

}  // namespace

runtime::IoBinding& DeviceArrays::binding(const Kind& kind) {
  std::unique_ptr<runtime::IoBinding>& known = bindings_[kind];
  if (known == nullptr) {
    const auto& [op, type, rank, axis] = kind;
    const std::string bytes =
        op == "gather" ? gather_model(type, rank, axis) : stack_model(type, rank);
    known = std::make_unique<runtime::IoBinding>(
        runtime::Session::open({.path = "", .bytes = bytes}, config_for(device_)));
    known->bind_output("y", device_);
  }
  return *known;
}

runtime::Handle<ort::Value> DeviceArrays::run(runtime::IoBinding& binding) {
  (void)binding.run();
  return std::move(binding.outputs().front());
}

runtime::Handle<ort::Value> DeviceArrays::gather(const ort::Value* array, std::size_t axis,
                                                 std::span<const std::int64_t> rows,
                                                 std::span<const std::int64_t> places) {
  const auto view = runtime::view_tensor(const_cast<ort::Value*>(array), "cache");
  runtime::IoBinding& model = binding({"gather", view.type, view.shape.size(), axis});
  const auto row_indices = indices(rows);
  const auto place_indices = indices(places);
  model.bind_input("x", array);
  model.bind_input("rows", row_indices.get());
  model.bind_input("places", place_indices.get());
  return run(model);
}

runtime::Handle<ort::Value> DeviceArrays::stack(const Padded& upper, const Padded& lower,
                                                std::size_t axis) {
  const auto view = runtime::view_tensor(const_cast<ort::Value*>(upper.array), "cache");
  const std::size_t rank = view.shape.size();
  runtime::IoBinding& model = binding({"stack", view.type, rank, 0});
  // Zeros in front of each axis, then behind each.
  std::vector<std::int64_t> upper_pads(2 * rank);
  std::vector<std::int64_t> lower_pads(2 * rank);
  upper_pads[axis] = static_cast<std::int64_t>(upper.count);
  lower_pads[axis] = static_cast<std::int64_t>(lower.count);
  const auto upper_value = indices(upper_pads);
  const auto lower_value = indices(lower_pads);
  model.bind_input("x", upper.array);
  model.bind_input("x_pads", upper_value.get());
  model.bind_input("z", lower.array);
  model.bind_input("z_pads", lower_value.get());
  return run(model);
}

}  // namespace onnxformers::models
