#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/mapped_file.h"
#include "base/table.h"

namespace onnxformers::tokenizers {

template <typename T>
inline constexpr bool kIsPlain = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <typename T, std::size_t kCount>
inline constexpr bool kIsPlain<std::array<T, kCount>> = kIsPlain<T>;
template <std::size_t kBits>
inline constexpr bool kIsPlain<std::bitset<kBits>> =
    std::is_trivially_copyable_v<std::bitset<kBits>>;

/// Goes over the tables of a tokenizer, always in the same order: to keep them for a compiled file,
/// or to fill them from one. A class has one function `visit_tables(TableArchive&)` for both.
///
/// The file: a header with magic, version, checksum and number of tables; the size of an element
/// and the number of elements of each table; then the elements, each table at a multiple of 64
/// bytes, in the byte order of the machine.
class TableArchive {
 public:
  /// To keep tables.
  TableArchive() = default;

  /// To fill tables from a file that write() made. Fails with ErrorKind::FileFormat for a file of
  /// another version or with a wrong checksum.
  explicit TableArchive(std::shared_ptr<const MappedFile> file);

  [[nodiscard]] bool fills() const noexcept { return file_ != nullptr; }

  /// Fails with ErrorKind::FileFormat if the next table of the file has other elements.
  template <typename T>
  void operator()(Table<T>& table) {
    if (fills()) {
      const std::span<const std::byte> bytes = next(sizeof(T));
      table = Table<T>({reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)}, file_);
    } else {
      keep(std::as_bytes(std::span(table.data(), table.size())), sizeof(T));
    }
  }

  /// The same for a table that is small, or built bit by bit: its elements are copied.
  template <typename T>
  void operator()(std::vector<T>& elements) {
    Table<T> table = fills() ? Table<T>() : Table<T>(std::span<const T>(elements), nullptr);
    (*this)(table);
    if (fills()) {
      elements.assign(table.begin(), table.end());
    }
  }

  /// A number, an array of numbers or a set of bits, as a table of one element.
  template <typename T>
    requires kIsPlain<T>
  void operator()(T& value) {
    if (fills()) {
      const std::span<const std::byte> bytes = next(sizeof(T));
      if (bytes.size() != sizeof(T)) {
        fail_table();
      }
      std::memcpy(&value, bytes.data(), sizeof(T));
    } else {
      keep(std::as_bytes(std::span(&value, 1)), sizeof(T));
    }
  }

  /// A text.
  void operator()(std::string& text);

  template <typename T>
  void operator()(std::optional<T>& value) {
    bool is_there = value.has_value();
    (*this)(is_there);
    if (is_there) {
      value = value.value_or(T());
      (*this)(*value);
    }
  }

  /// The file of what was kept.
  [[nodiscard]] std::string write() const;

 private:
  struct Entry {
    std::uint64_t element_bytes;
    std::uint64_t count;
  };

  [[nodiscard]] std::span<const std::byte> next(std::size_t element_bytes);
  void keep(std::span<const std::byte> bytes, std::size_t element_bytes);
  [[noreturn]] static void fail_table();

  std::shared_ptr<const MappedFile> file_;
  std::span<const Entry> entries_;
  std::size_t position_ = 0;
  std::size_t offset_ = 0;  // of the next table

  std::vector<Entry> kept_;
  std::string contents_;
};

}  // namespace onnxformers::tokenizers
