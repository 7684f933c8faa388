#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace onnxformers {

/// A file's bytes, read-only, in memory that all processes with the same file share.
class MappedFile {
 public:
  /// @param path in UTF-8. Fails with ErrorKind::MissingFile if it cannot be opened, FileFormat if
  /// it is empty or no file.
  static std::shared_ptr<const MappedFile> open(const std::string& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Starts at a multiple of the page size.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}

  const std::byte* data_;
  std::size_t size_;
};

}  // namespace onnxformers
