#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onnxformers::json {

/// Bounds of what a document may cost; beyond them parse() fails.
struct Limits {
  std::size_t max_bytes = std::size_t{256} * 1024 * 1024;
  std::size_t max_depth = 256;
  /// Values and keys in all, at 16 bytes each: "[[],[],..." must not cost many times its size.
  std::size_t max_values = std::size_t{32} * 1024 * 1024;
  /// Rounds numbers as serde_json does, where that counts (see to_scaled_double()).
  bool scales_numbers = false;
};

enum class Type : std::uint8_t { Null, Bool, Integer, Number, String, Array, Object };

struct Store;  // the parsed nodes, in json_store.h

/// A view of one value of a Document, which must outlive it. Cheap to copy. The as_... functions
/// fail with ErrorKind::FileFormat when the value has another type; `where` is the path for the
/// message ("model.vocab").
class Value {
 public:
  [[nodiscard]] Type type() const noexcept;
  [[nodiscard]] bool is_null() const noexcept { return type() == Type::Null; }
  [[nodiscard]] bool as_bool(std::string_view where) const;
  [[nodiscard]] std::int64_t as_integer(std::string_view where) const;
  /// Also accepts an integer.
  [[nodiscard]] double as_number(std::string_view where) const;
  /// Unescaped UTF-8, well-formed (a lone surrogate escape is refused when parsing).
  [[nodiscard]] std::string_view as_string(std::string_view where) const;
  /// Number of elements of an array or members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Element of an array, in constant time. An index beyond the end, or a value that is no array,
  /// is ErrorKind::FileFormat: a short array is a fault of the file. So are key() and member().
  [[nodiscard]] Value element(std::size_t index) const;
  /// Reads an array of exactly so many strings; false if this is something else.
  [[nodiscard]] bool read_strings(std::span<std::string_view> strings) const noexcept;
  /// Members of an object, in the order of the file; a repeated key keeps its last value for
  /// find(), which scans small objects and sorts the keys of a large one on its first call (O(log
  /// n) afterwards, whatever the keys: no hash to attack). Safe from many threads.
  [[nodiscard]] std::string_view key(std::size_t index) const;
  [[nodiscard]] Value member(std::size_t index) const;
  [[nodiscard]] std::optional<Value> find(std::string_view key) const noexcept;
  /// Fails unless this is an array (object); returns *this, for chaining at the door.
  [[nodiscard]] Value expect(Type type, std::string_view where) const;

 private:
  friend class Document;
  Value(const Store* store, std::uint32_t node) : store_(store), node_(node) {}
  const Store* store_;
  std::uint32_t node_;
};

/// A parsed JSON text (RFC 8259, UTF-8, a leading byte order mark accepted), immutable. Anything
/// else is ErrorKind::FileFormat with the byte offset in the message; nesting costs no stack.
/// An integer beyond 64 bits becomes a Number, a number beyond a double is refused.
class Document {
 public:
  /// @param text the whole file; kept by the document, every string is a view into it (escapes are
  /// resolved in place: the result is never longer).
  static Document parse(std::string text, const Limits& limits = {});
  [[nodiscard]] Value root() const noexcept;

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

 private:
  explicit Document(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace onnxformers::json
