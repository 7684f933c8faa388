#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "check.h"
#include "runtime/mapped_weights.h"
#include "runtime/onnx_file.h"
#include "runtime/wire_writer.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLarge = 2 << 20;

/// Writes a model to a file, maps it, and takes the file away.
std::optional<MappedModel> mapped(const std::string& model) {
  const fs::path path = fs::temp_directory_path() / "mapped_weights.onnx";
  std::ofstream(path, std::ios::binary) << model;
  std::optional<MappedModel> result;
  try {
    result = map_weights(path.string());
  } catch (...) {
    fs::remove(path);
    throw;
  }
  fs::remove(path);
  return result;
}

std::string tensor(const std::string& name, const std::string& weights) {
  return bytes_field(8, name) + bytes_field(9, weights);
}

std::string in_file(const std::string& name, std::size_t offset, std::size_t size) {
  const auto entry = [](const std::string& key, const std::string& value) {
    return bytes_field(13, bytes_field(1, key) + bytes_field(2, value));
  };
  return bytes_field(8, name) + entry("location", "mapped_weights.onnx") +
         entry("offset", std::to_string(offset)) + entry("length", std::to_string(size)) +
         number_field(14, 1);
}

}  // namespace

TEST(large_weights_are_named_by_their_place_and_all_else_stays) {
  const std::string small = tensor("small", std::string(100, 's'));
  const std::string node = bytes_field(1, bytes_field(1, "x"));
  const auto graph = [&](const std::string& large) {
    return model_of(node + bytes_field(5, large) + bytes_field(2, "g") + bytes_field(5, small));
  };
  const std::string model = graph(tensor("large", std::string(kLarge, 'w')));
  const auto found = mapped(model);
  CHECK(found.has_value());
  CHECK_EQUAL(found->bytes, graph(in_file("large", model.find("wwww"), kLarge)));
  CHECK_EQUAL(fs::path(found->folder), fs::canonical(fs::temp_directory_path()));
}

TEST(a_model_with_few_weights_is_not_worth_it) {
  CHECK(!mapped(model_of(bytes_field(5, tensor("w", std::string(100000, 'w'))))).has_value());
  CHECK(!mapped(model_of(bytes_field(1, bytes_field(1, std::string(kLarge, 'n'))))).has_value());
}

TEST(weights_that_are_given_twice_or_lie_elsewhere_are_left_alone) {
  const std::string weights(kLarge, 'w');
  const std::string twice = tensor("w", weights) + bytes_field(9, weights);
  const std::string elsewhere = tensor("w", weights) + external_tensor("other.bin");
  for (const std::string& each : {twice, elsewhere}) {
    CHECK(!mapped(model_of(bytes_field(5, each))).has_value());
    const auto beside =
        mapped(model_of(bytes_field(5, each) + bytes_field(5, tensor("v", weights))));
    CHECK(beside.has_value());
    CHECK(beside->bytes.find(bytes_field(5, each)) != std::string::npos);
  }
}

TEST(a_file_that_is_cut_is_an_error) {
  const std::string model = model_of(bytes_field(5, tensor("w", std::string(kLarge, 'w'))));
  CHECK_ERROR(ErrorKind::FileFormat, "truncated", mapped(model.substr(0, kLarge / 2)));
}
