#include "runtime/wire.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include "base/errors.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "ONNX file";
/// Small enough that jumping over a thousand tensors reads little, large enough for runs of nodes.
constexpr std::size_t kWindow = 4096;
constexpr std::size_t kLongestVarint = 10;

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  const unsigned char* at(std::uint64_t position, std::size_t /*length*/) override {
    return reinterpret_cast<const unsigned char*>(bytes_.data()) + position;
  }

 private:
  std::string_view bytes_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path) {
    std::error_code error;
    size_ = std::filesystem::file_size(path, error);
    // Our window is the buffer: the stream's own would be filled anew, and larger, after each jump.
    file_.rdbuf()->pubsetbuf(nullptr, 0);
    file_.open(path, std::ios::binary);
    if (!file_ || error) {
      fail(ErrorKind::MissingFile, kPlace, "the file cannot be opened");
    }
  }
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  const unsigned char* at(std::uint64_t position, std::size_t length) override {
    if (position < start_ || position + length > start_ + filled_) {
      fill(position, length);
    }
    return window_.data() + (position - start_);
  }

 private:
  void fill(std::uint64_t position, std::size_t length) {
    const std::size_t wanted = std::min<std::uint64_t>(std::max(length, kWindow), size_ - position);
    if (window_.size() < wanted) {
      window_.resize(wanted);
    }
    file_.seekg(static_cast<std::streamoff>(position));
    file_.read(reinterpret_cast<char*>(window_.data()), static_cast<std::streamsize>(wanted));
    if (std::cmp_not_equal(file_.gcount(), wanted)) {
      fail(ErrorKind::FileFormat, kPlace, "reading failed at byte " + std::to_string(position));
    }
    start_ = position;
    filled_ = wanted;
  }

  std::ifstream file_;
  std::uint64_t size_ = 0;
  std::vector<unsigned char> window_;
  std::uint64_t start_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> memory_source(std::string_view bytes) {
  return std::make_unique<MemorySource>(bytes);
}

std::unique_ptr<ByteSource> file_source(const std::string& path) {
  const std::filesystem::path file(std::u8string(path.begin(), path.end()));
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    fail(ErrorKind::MissingFile, kPlace, "the file does not exist");
  }
  if (!std::filesystem::is_regular_file(status)) {
    fail(ErrorKind::FileFormat, kPlace, "it is not a file");
  }
  return std::make_unique<FileSource>(file);
}

std::uint64_t WireReader::varint() {
  const std::size_t available = std::min<std::uint64_t>(kLongestVarint, end_ - position_);
  const std::span bytes(available == 0 ? nullptr : source_->at(position_, available), available);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(bytes[i] & 0x7fU) << (7 * i);
    if (bytes[i] < 0x80) {
      position_ += i + 1;
      return value;
    }
  }
  fail(ErrorKind::FileFormat, kPlace,
       available < kLongestVarint
           ? "truncated: it ends inside a number at byte " + std::to_string(position_)
           : "not protobuf: a number without end at byte " + std::to_string(position_));
}

void WireReader::skip(WireField& field, std::uint64_t length) {
  if (length > end_ - position_) {
    fail(ErrorKind::FileFormat, kPlace,
         "truncated: field " + std::to_string(field.number) + " at byte " +
             std::to_string(position_) + " needs " + std::to_string(length) + " bytes, " +
             std::to_string(end_ - position_) + " are left");
  }
  field.begin = position_;
  field.end = position_ + length;
  position_ = field.end;
}

bool WireReader::next(WireField& field) {
  if (position_ == end_) {
    return false;
  }
  const std::uint64_t start = position_;
  const std::uint64_t key = varint();
  field = {
      .number = static_cast<std::uint32_t>(key >> 3U),
      .type = static_cast<std::uint32_t>(key & 7U),
      .value = 0,
      .begin = 0,
      .end = 0,
  };
  if (key == 0) {
    fail(ErrorKind::FileFormat, kPlace,
         "zeros where a field should begin, at byte " + std::to_string(start));
  }
  if (key > UINT32_MAX || field.number == 0) {
    fail(ErrorKind::FileFormat, kPlace,
         "not protobuf: no field begins at byte " + std::to_string(start));
  }
  switch (field.type) {
    case 0:
      field.value = varint();
      break;
    case 1:
      skip(field, 8);
      break;
    case 2:
      skip(field, varint());
      break;
    case 5:
      skip(field, 4);
      break;
    default:
      fail(ErrorKind::FileFormat, kPlace,
           "not protobuf: no field begins at byte " + std::to_string(start));
  }
  return true;
}

std::string WireReader::text(const WireField& field, std::size_t limit) const {
  const std::uint64_t length = field.end - field.begin;
  if (length > limit) {
    fail(ErrorKind::FileFormat, kPlace,
         "a name of " + std::to_string(length) + " bytes at byte " + std::to_string(field.begin));
  }
  if (length == 0) {
    return {};
  }
  const auto* bytes = source_->at(field.begin, static_cast<std::size_t>(length));
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

}  // namespace onnxformers::runtime
