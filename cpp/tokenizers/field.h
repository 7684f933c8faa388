#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"

namespace onnxformers::tokenizers {

/// Highest id a token may have, plus one: what a table by id may cost is bounded by it.
inline constexpr std::int64_t kMaxTokenId = 4'194'304;

/// A value of tokenizer.json and where it stands ("model.vocab"). Every accessor fails with
/// ErrorKind::FileFormat and a message that begins with "[tokenizer.json] <path>: ". The document
/// must outlive it.
class Field {
 public:
  explicit Field(json::Value value, std::string path = {})
      : value_(value), path_(std::move(path)) {}

  [[nodiscard]] json::Value value() const noexcept { return value_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// A member of this object. find() gives nothing for one that is absent or null.
  [[nodiscard]] Field member(std::string_view key) const;
  [[nodiscard]] std::optional<Field> find(std::string_view key) const;

  /// Members of this object by position (for maps with free keys).
  [[nodiscard]] Field member(std::size_t index) const;
  [[nodiscard]] std::string_view key(std::size_t index) const { return value_.key(index); }

  [[nodiscard]] Field element(std::size_t index) const;
  [[nodiscard]] std::size_t size() const noexcept { return value_.size(); }

  [[nodiscard]] const Field& expect(json::Type type) const;
  [[nodiscard]] std::string_view as_string() const;
  [[nodiscard]] char32_t as_character() const;  ///< a string of one code point
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_integer(std::int64_t low, std::int64_t high) const;
  [[nodiscard]] std::uint32_t as_token_id() const;

  /// The member as a value, or `otherwise` where it is absent or null.
  [[nodiscard]] bool bool_or(std::string_view key, bool otherwise) const;
  [[nodiscard]] std::string string_or(std::string_view key, std::string_view otherwise) const;

  [[noreturn]] void fail(std::string_view what) const;

 private:
  json::Value value_;
  std::string path_;
};

/// At most some 60 bytes of a string of the file, for a message.
[[nodiscard]] std::string shortened(std::string_view text);

/// Fails because `type` names no component of the stage at `field`.
[[noreturn]] void fail_unknown_type(const Field& field, std::string_view type,
                                    std::span<const std::string_view> known);

/// Makes the component that the table has under the "type" of `field`. Its entries have a `type`
/// and a `make` function, which is called with the field and `more`.
template <typename Maker, std::size_t kCount, typename... More>
auto make_component(const std::array<Maker, kCount>& table, const Field& field,
                    std::string_view type, More*... more) {
  for (const Maker& entry : table) {
    if (entry.type == type) {
      return entry.make(field, more...);
    }
  }
  std::array<std::string_view, kCount> known;
  for (std::size_t i = 0; i < kCount; ++i) {
    known[i] = table[i].type;
  }
  fail_unknown_type(field, type, known);
}

}  // namespace onnxformers::tokenizers
