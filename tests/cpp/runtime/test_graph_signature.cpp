#include "check.h"
#include "runtime/element_type.h"
#include "runtime/graph_signature.h"
#include "runtime/wire_writer.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace {

std::string dimension(const std::string& content) { return bytes_field(1, content); }

/// ValueInfoProto of a tensor.
std::string tensor_value(const std::string& name, std::uint64_t type, const std::string& shape) {
  const std::string tensor = number_field(1, type) + bytes_field(2, shape);
  return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor));
}

GraphSignature signature_of(const std::string& graph) {
  return read_signature_of_bytes(model_of(graph));
}

}  // namespace

TEST(inputs_and_outputs_have_names_types_and_shapes) {
  const std::string shape = dimension(bytes_field(2, "batch")) + dimension("") +
                            dimension(number_field(1, 384)) + dimension(number_field(1, 0));
  const GraphSignature found =
      signature_of(bytes_field(11, tensor_value("input_ids", 7, shape)) +
                   bytes_field(12, tensor_value("logits", 1, "")) +
                   bytes_field(12, bytes_field(1, "later") + bytes_field(2, bytes_field(4, ""))));
  CHECK(found.inputs.size() == 1);
  const NodeInfo& input = found.inputs[0];
  CHECK(input.name == "input_ids");
  CHECK(input.kind == ort::ONNXType::Tensor);
  CHECK(std::string(element_type(input.type).name) == "int64");
  CHECK(input.is_rank_known);
  CHECK(input.dims.size() == 4);
  CHECK(input.dims[0].size == -1 && input.dims[0].name == "batch");
  CHECK(input.dims[1].size == -1 && input.dims[1].name.empty());
  CHECK(input.dims[2].size == 384);
  CHECK(input.dims[3].size == 0);
  CHECK(found.outputs.size() == 2);
  CHECK(found.outputs[0].is_rank_known && found.outputs[0].dims.empty());
  CHECK(found.outputs[1].kind == ort::ONNXType::Sequence);
}

TEST(weights_are_no_inputs_wherever_they_are_listed) {
  const std::string weight = bytes_field(5, bytes_field(8, "w") + bytes_field(9, "1234"));
  const std::string inputs =
      bytes_field(11, tensor_value("w", 1, "")) + bytes_field(11, tensor_value("x", 1, ""));
  for (const std::string& graph : {weight + inputs, inputs + weight}) {
    const GraphSignature found = signature_of(graph);
    CHECK(found.inputs.size() == 1);
    CHECK(found.inputs[0].name == "x");
  }
}

TEST(files_with_weights_are_named) {
  const GraphSignature found =
      signature_of(bytes_field(5, external_tensor("b")) + bytes_field(5, external_tensor("a")) +
                   bytes_field(5, external_tensor("b")));
  CHECK(found.external_files == std::vector<std::string>({"a", "b"}));
}

TEST(types_and_dimensions_out_of_range_are_unknown) {
  const std::string shape = dimension(number_field(1, UINT64_MAX));
  const GraphSignature found = signature_of(bytes_field(11, tensor_value("x", 1ULL << 40U, shape)));
  CHECK(std::string(element_type(found.inputs[0].type).name) == "undefined");
  CHECK(found.inputs[0].dims[0].size == -1);
}

TEST(what_is_no_model_is_refused) {
  CHECK_ERROR(ErrorKind::FileFormat, "empty", read_signature_of_bytes(""));
  CHECK_ERROR(ErrorKind::FileFormat, "HTML", read_signature_of_bytes("<html>"));
  CHECK_ERROR(ErrorKind::FileFormat, "UTF-8",
              signature_of(bytes_field(11, bytes_field(1, "\xff\xfe"))));
  CHECK_ERROR(ErrorKind::MissingFile, "does not exist", read_signature("/no/such/file.onnx"));
}
