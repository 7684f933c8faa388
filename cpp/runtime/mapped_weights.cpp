#include "runtime/mapped_weights.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtime/wire.h"

namespace onnxformers::runtime {

namespace {

/// Smaller tensors stay in the graph, where the optimiser looks at shapes and constants.
constexpr std::uint64_t kSmallestWeight = 4096;
constexpr std::uint64_t kFewWeights = 1 << 20;
/// What is not mapped is held in memory once more while the session opens.
constexpr std::uint64_t kMostOfTheRest = 64 << 20;
constexpr std::size_t kCopied = 1 << 16;

void append_varint(std::string& out, std::uint64_t number) {
  for (; number > 0x7f; number >>= 7U) {
    out.push_back(static_cast<char>((number & 0x7fU) | 0x80U));
  }
  out.push_back(static_cast<char>(number));
}

void append_field(std::string& out, std::uint32_t number, std::string_view content) {
  append_varint(out, number << 3U | 2U);
  append_varint(out, content.size());
  out.append(content);
}

/// TensorProto.external_data: an entry of name and value.
void append_entry(std::string& tensor, std::string_view key, std::string_view value) {
  std::string entry;
  append_field(entry, 1, key);
  append_field(entry, 2, value);
  append_field(tensor, 13, entry);
}

/// Writes a model again, weights apart. Field numbers are those of onnx.proto.
class Rewriter {
 public:
  Rewriter(ByteSource& source, std::string location)
      : source_(&source), location_(std::move(location)) {}

  std::string model() {
    std::string out;
    copy_but(out, WireReader(*source_), 7, [this](WireReader graph) { return this->graph(graph); });
    return out;
  }

  [[nodiscard]] bool is_worth_it() const {
    return mapped_ >= kFewWeights && source_->size() - mapped_ <= kMostOfTheRest;
  }

 private:
  std::string graph(WireReader reader) {
    std::string out;
    copy_but(out, reader, 5, [this](WireReader tensor) { return this->tensor(tensor); });
    return out;
  }

  std::string tensor(WireReader reader) {
    const WireReader start = reader;
    WireField field;
    WireField weights;
    int unlike = 0;
    while (reader.next(field)) {
      const bool is_raw = field.number == 9 && field.type == 2;
      unlike += is_raw && weights.end > 0 ? 1 : 0;                 // given twice
      unlike += field.number == 13 || field.number == 14 ? 1 : 0;  // elsewhere already
      weights = is_raw ? field : weights;
    }
    const std::uint64_t size = weights.end - weights.begin;
    std::string out;
    const bool is_mapped = unlike == 0 && size >= kSmallestWeight;
    copy_but(out, start, is_mapped ? 9 : 0, nullptr);
    if (is_mapped) {
      append_entry(out, "location", location_);
      append_entry(out, "offset", std::to_string(weights.begin));
      append_entry(out, "length", std::to_string(size));
      append_varint(out, 14U << 3U);  // data_location
      append_varint(out, 1);          // EXTERNAL
      mapped_ += size;
    }
    return out;
  }

  /// Copies the fields of a message; those of one number are written by `rewrite`, or left out.
  template <typename Rewrite>
  void copy_but(std::string& out, WireReader reader, std::uint32_t number, Rewrite rewrite) {
    WireField field;
    for (std::uint64_t start = reader.position(); reader.next(field); start = reader.position()) {
      if (field.number != number || field.type != 2) {
        copy(out, start, reader.position());
      } else if constexpr (!std::is_null_pointer_v<Rewrite>) {
        append_field(out, number, rewrite(WireReader(reader, field)));
      }
    }
  }

  void copy(std::string& out, std::uint64_t begin, std::uint64_t end) {
    while (begin < end && out.size() <= kMostOfTheRest) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, kCopied));
      out.append(reinterpret_cast<const char*>(source_->at(begin, size)), size);
      begin += size;
    }
  }

  ByteSource* source_;
  std::string location_;
  std::uint64_t mapped_ = 0;
};

std::string utf8(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

}  // namespace

std::optional<MappedModel> map_weights(const std::string& path) {
  // Through links: ONNX Runtime wants the file in the folder that it is told.
  std::error_code error;
  const auto file = std::filesystem::canonical(
      std::filesystem::path(std::u8string(path.begin(), path.end())), error);
  if (error) {
    return std::nullopt;
  }
  const auto source = file_source(utf8(file));
  Rewriter rewriter(*source, utf8(file.filename()));
  std::string bytes = rewriter.model();
  if (!rewriter.is_worth_it()) {
    return std::nullopt;
  }
  return MappedModel{.bytes = std::move(bytes), .folder = utf8(file.parent_path())};
}

}  // namespace onnxformers::runtime
