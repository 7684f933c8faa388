#pragma once

// Writes protobuf's wire format: what the tests of the model check read.

#include <cstdint>
#include <string>

namespace onnxformers::check {

inline std::string varint(std::uint64_t number) {
  std::string out;
  while (number > 0x7f) {
    out.push_back(static_cast<char>((number & 0x7fU) | 0x80U));
    number >>= 7U;
  }
  out.push_back(static_cast<char>(number));
  return out;
}

inline std::string number_field(std::uint32_t field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}

inline std::string bytes_field(std::uint32_t field, const std::string& content) {
  return varint(field << 3U | 2U) + varint(content.size()) + content;
}

/// TensorProto whose data lies in a file.
inline std::string external_tensor(const std::string& location) {
  return bytes_field(13, bytes_field(1, "location") + bytes_field(2, location)) +
         number_field(14, 1);
}

/// ValueInfoProto of a float tensor with the given TensorShapeProto.
inline std::string input_of_shape(const std::string& shape) {
  const std::string tensor_type = number_field(1, 1) + bytes_field(2, shape);
  return bytes_field(1, "x") + bytes_field(2, bytes_field(1, tensor_type));
}

inline std::string model_of(const std::string& graph) {
  return number_field(1, 8) + bytes_field(7, graph) + bytes_field(8, number_field(2, 17));
}

}  // namespace onnxformers::check
