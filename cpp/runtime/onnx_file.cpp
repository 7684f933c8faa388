#include "runtime/onnx_file.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/errors.h"
#include "runtime/model_walk.h"
#include "runtime/wire.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "ONNX file";
/// Protobuf's limit for one message.
constexpr std::uint64_t kLargest = 0x7fffffff;

/// What people hand over in place of a model, by the first bytes.
struct Lookalike {
  std::string_view start;
  std::string_view what;
};
// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<Lookalike, 6> kLookalikes = {{
    {"version https://git-lfs",
     "a Git LFS pointer, not the model: run 'git lfs pull' in its folder"},
    {"<", "an HTML or XML page: the download went to a web page"},
    {"{", "JSON"},
    {"PK\x03\x04", "a zip archive (a PyTorch checkpoint?)"},
    {"\x89HDF", "an HDF5 file (a Keras checkpoint?)"},
    {"GGUF", "a GGUF file"},
}};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

[[noreturn]] void refuse(std::string_view what) { fail(ErrorKind::FileFormat, kPlace, what); }

OnnxFileInfo inspect(ByteSource& source, bool accept_ort_format) {
  if (source.size() == 0) {
    refuse("empty");
  }
  const std::size_t head_size = std::min<std::uint64_t>(source.size(), 32);
  const std::string_view head(reinterpret_cast<const char*>(source.at(0, head_size)), head_size);
  if (head.size() >= 8 && head.substr(4, 4) == "ORTM") {
    if (!accept_ort_format) {
      refuse(
          "in ONNX Runtime's own format; to take it, set "
          "config_entries={'session.load_model_format': 'ORT'}");
    }
    return {.is_ort_format = true, .has_symbolic_inputs = true, .external_files = {}};
  }
  if (std::ranges::all_of(head, [](char byte) { return byte == '\0'; })) {
    refuse("filled with zeros (an interrupted download?)");
  }
  for (const Lookalike& lookalike : kLookalikes) {
    if (head.starts_with(lookalike.start)) {
      refuse(lookalike.what);
    }
  }
  if (source.size() > kLargest) {
    refuse("2 GB or more, which protobuf cannot hold: export the model with external data");
  }
  ModelWalk walk;
  walk.model(WireReader(source));
  auto& files = walk.info.external_files;
  std::ranges::sort(files);
  const auto repeated = std::ranges::unique(files);
  files.erase(repeated.begin(), repeated.end());
  return std::move(walk.info);
}

}  // namespace

OnnxFileInfo inspect_onnx_file(const std::string& path, bool accept_ort_format) {
  try {
    return inspect(*file_source(path), accept_ort_format);
  } catch (const Error& error) {
    // The walk knows positions, not names.
    const std::string_view reason = std::string_view(error.what()).substr(kPlace.size() + 3);
    fail(error.kind(), kPlace, "'" + path + "': " + std::string(reason));
  }
}

OnnxFileInfo inspect_onnx_bytes(std::string_view bytes, bool accept_ort_format) {
  return inspect(*memory_source(bytes), accept_ort_format);
}

}  // namespace onnxformers::runtime
