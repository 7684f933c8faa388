#pragma once

// Bounds-checked walk over protobuf's wire format, from memory or from a file whose large fields
// are skipped, not read.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace onnxformers::runtime {

/// Bytes at given positions. Throws FileFormat on a read past the end or a read error.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ByteSource(ByteSource&&) = delete;
  ByteSource& operator=(ByteSource&&) = delete;
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// At least `length` bytes at `position`, valid until the next call. The caller has checked the
  /// bounds.
  virtual const unsigned char* at(std::uint64_t position, std::size_t length) = 0;
};

/// Bytes in memory (not copied).
std::unique_ptr<ByteSource> memory_source(std::string_view bytes);

/// A file read in small windows (a mapped file would kill the process when another one cuts it).
/// Throws MissingFile or FileFormat.
std::unique_ptr<ByteSource> file_source(const std::string& path);

/// One field of a message. For length-delimited fields [begin, end) is its content.
struct WireField {
  std::uint32_t number = 0;
  std::uint32_t type = 0;   ///< 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
  std::uint64_t value = 0;  ///< varints only
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Reads the fields of the message at [begin, end).
class WireReader {
 public:
  WireReader(ByteSource& source, std::uint64_t begin, std::uint64_t end)
      : source_(&source), position_(begin), end_(end) {}
  explicit WireReader(ByteSource& source) : WireReader(source, 0, source.size()) {}
  /// The message inside a length-delimited field.
  WireReader(const WireReader& parent, const WireField& field)
      : WireReader(*parent.source_, field.begin, field.end) {}

  /// False at the end of the message. Throws FileFormat when the bytes are not a message.
  bool next(WireField& field);

  /// Where the next field begins.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// The content of a length-delimited field of at most `limit` bytes.
  [[nodiscard]] std::string text(const WireField& field, std::size_t limit = 4096) const;

 private:
  std::uint64_t varint();
  void skip(WireField& field, std::uint64_t length);

  ByteSource* source_;
  std::uint64_t position_;
  std::uint64_t end_;
};

}  // namespace onnxformers::runtime
