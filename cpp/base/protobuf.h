#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onnxformers::protobuf {

/// One field of a message.
struct Field {
  std::uint32_t number = 0;
  std::uint32_t type = 0;   ///< 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes
  std::uint64_t value = 0;  ///< of types 0, 1 and 5
  std::string_view bytes;   ///< of type 2, within the message

  [[nodiscard]] float as_float() const noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value));
  }
};

/// Walks over the fields of a message in memory, never past its end. O(1) per field.
///
/// Source: the encoding chapter of the Protocol Buffers documentation.
class Reader {
 public:
  /// @param place for messages: "[place] ..."; must outlive the reader.
  Reader(std::string_view message, std::string_view place) : message_(message), place_(place) {}

  /// False at the end of the message. Fails with ErrorKind::FileFormat where no field begins or one
  /// goes on past the end.
  bool next(Field& field);

 private:
  [[nodiscard]] std::uint64_t varint();
  [[nodiscard]] std::string_view take(std::uint64_t length);
  [[nodiscard]] std::uint64_t fixed(std::size_t length);
  [[noreturn]] void fail_here(std::string_view what) const;

  std::string_view message_;
  std::string_view place_;
  std::size_t position_ = 0;
};

}  // namespace onnxformers::protobuf
