#include <filesystem>
#include <fstream>

#include "check.h"
#include "runtime/onnx_file.h"
#include "runtime/wire_writer.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace fs = std::filesystem;

namespace {

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("onnx_file_" + std::to_string(counter()++))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static int& counter() {
    static int value = 0;
    return value;
  }
  fs::path path_;
};

std::string tensor_in_graph(const std::string& location) {
  return bytes_field(5, external_tensor(location));
}

/// A model whose weights are one tensor of `size` bytes.
std::string model_with_weights(std::size_t size) {
  const std::string tensor = bytes_field(8, "w") + bytes_field(9, std::string(size, '\x7f'));
  return model_of(bytes_field(2, "g") + bytes_field(5, tensor));
}

}  // namespace

TEST(a_whole_model_passes_from_memory_and_from_a_file) {
  const Folder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{100000}}) {
    const std::string model = model_with_weights(size);
    CHECK(inspect_onnx_bytes(model, false).external_files.empty());
    CHECK(!inspect_onnx_file(folder.write("model.onnx", model), false).is_ort_format);
  }
}

TEST(every_truncation_is_noticed) {
  const Folder folder;
  const std::string model = model_with_weights(300);
  for (std::size_t length = 0; length < model.size(); ++length) {
    const std::string cut = model.substr(0, length);
    CHECK_ERROR(ErrorKind::FileFormat, "[ONNX file]", inspect_onnx_bytes(cut, false));
  }
  const std::string path = folder.write("cut.onnx", model.substr(0, model.size() - 20));
  CHECK_ERROR(ErrorKind::FileFormat, "cut.onnx': truncated", inspect_onnx_file(path, false));
}

TEST(what_is_no_model_is_named) {
  CHECK_ERROR(ErrorKind::FileFormat, "empty", inspect_onnx_bytes("", false));
  CHECK_ERROR(ErrorKind::FileFormat, "zeros", inspect_onnx_bytes(std::string(5000, '\0'), false));
  CHECK_ERROR(
      ErrorKind::FileFormat, "git lfs pull",
      inspect_onnx_bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0", false));
  CHECK_ERROR(ErrorKind::FileFormat, "HTML", inspect_onnx_bytes("<!DOCTYPE html>", false));
  CHECK_ERROR(ErrorKind::FileFormat, "JSON", inspect_onnx_bytes("{\"a\": 1}", false));
  CHECK_ERROR(ErrorKind::FileFormat, "zip", inspect_onnx_bytes("PK\x03\x04rest", false));
  CHECK_ERROR(ErrorKind::FileFormat, "not protobuf",
              inspect_onnx_bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", false));
  CHECK_ERROR(ErrorKind::FileFormat, "no graph", inspect_onnx_bytes(number_field(1, 8), false));
  CHECK_ERROR(ErrorKind::FileFormat, "no operator set",
              inspect_onnx_bytes(bytes_field(7, bytes_field(2, "g")), false));
}

TEST(zeros_inside_a_graph_are_noticed) {
  const std::string graph = bytes_field(2, "g") + std::string(100, '\0');
  CHECK_ERROR(ErrorKind::FileFormat, "zeros where a field should begin",
              inspect_onnx_bytes(model_of(graph), false));
}

TEST(lengths_that_overflow_are_refused) {
  const std::string huge = varint(7U << 3U | 2U) + varint(UINT64_MAX);
  CHECK_ERROR(ErrorKind::FileFormat, "truncated", inspect_onnx_bytes(huge, false));
  const std::string inner = bytes_field(5, varint(9U << 3U | 2U) + varint(UINT64_MAX - 3));
  CHECK_ERROR(ErrorKind::FileFormat, "truncated", inspect_onnx_bytes(model_of(inner), false));
}

TEST(the_runtimes_own_format_needs_permission) {
  const std::string model = std::string("\x18\0\0\0ORTM", 8) + std::string(100, 'x');
  CHECK_ERROR(ErrorKind::FileFormat, "session.load_model_format", inspect_onnx_bytes(model, false));
  CHECK(inspect_onnx_bytes(model, true).is_ort_format);
}

TEST(files_of_two_gigabytes_are_refused_without_being_read) {
  const Folder folder;
  const std::string path = folder.write("large.onnx", number_field(1, 8));
  fs::resize_file(path, std::uintmax_t{1} << 31U);  // sparse
  CHECK_ERROR(ErrorKind::FileFormat, "2 GB", inspect_onnx_file(path, false));
}

TEST(graphs_nested_without_end_are_refused) {
  std::string graph = bytes_field(2, "g");
  for (int i = 0; i < 200; ++i) {
    graph = bytes_field(1, bytes_field(5, bytes_field(6, graph)));
  }
  CHECK_ERROR(ErrorKind::FileFormat, "nested", inspect_onnx_bytes(model_of(graph), false));
}

TEST(external_files_are_found_wherever_a_tensor_may_be) {
  const std::string in_node = bytes_field(1, bytes_field(5, bytes_field(5, external_tensor("b"))));
  const std::string in_list = bytes_field(1, bytes_field(5, bytes_field(10, external_tensor("c"))));
  const std::string in_subgraph =
      bytes_field(1, bytes_field(5, bytes_field(6, tensor_in_graph("d"))));
  const std::string in_sparse = bytes_field(15, bytes_field(1, external_tensor("e")));
  const std::string graph =
      tensor_in_graph("a") + tensor_in_graph("a") + in_node + in_list + in_subgraph + in_sparse;
  const std::string function =
      bytes_field(25, bytes_field(7, bytes_field(5, bytes_field(5, external_tensor("f")))));
  const auto info = inspect_onnx_bytes(model_of(graph) + function, false);
  CHECK(info.external_files == (std::vector<std::string>{"a", "b", "c", "d", "e", "f"}));
  CHECK_ERROR(ErrorKind::FileFormat, "without a file name",
              inspect_onnx_bytes(model_of(tensor_in_graph("")), false));
}

TEST(fixed_and_symbolic_inputs_are_told_apart) {
  const std::string fixed = bytes_field(1, number_field(1, 3));
  const std::string named = bytes_field(1, bytes_field(2, "batch"));
  const auto symbolic = [](const std::string& shape) {
    return inspect_onnx_bytes(model_of(bytes_field(11, input_of_shape(shape))), false)
        .has_symbolic_inputs;
  };
  CHECK(!symbolic(fixed + fixed));
  CHECK(!symbolic(""));
  CHECK(symbolic(fixed + named));
  CHECK(symbolic(bytes_field(1, "")));
  const std::string no_shape = bytes_field(11, bytes_field(1, "x"));
  CHECK(inspect_onnx_bytes(model_of(no_shape), false).has_symbolic_inputs);
}

TEST(a_missing_file_and_a_folder_are_told_apart) {
  const Folder folder;
  CHECK_ERROR(ErrorKind::MissingFile, "nothing.onnx': the file does not exist",
              inspect_onnx_file((folder.path() / "nothing.onnx").string(), false));
  CHECK_ERROR(ErrorKind::FileFormat, "not a file",
              inspect_onnx_file(folder.path().string(), false));
}
