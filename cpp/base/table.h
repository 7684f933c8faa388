#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace onnxformers {

/// A constant array that owns its elements, or borrows them from a file in memory that it keeps
/// open. Copies share the elements. Reading costs what it costs with std::vector.
template <typename T>
class Table {
  static_assert(std::is_trivially_copyable_v<T>, "a table may lie in a file");

 public:
  Table() = default;

  /// Takes over the elements.
  Table(std::vector<T> elements)  // NOLINT(google-explicit-constructor): what it is made of
      : Table(std::make_shared<const std::vector<T>>(std::move(elements))) {}

  /// @param owner keeps what `elements` lie in.
  Table(std::span<const T> elements, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)), data_(elements.data()), size_(elements.size()) {}

  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data_[index]; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const T* begin() const noexcept { return data_; }
  [[nodiscard]] const T* end() const noexcept { return data_ + size_; }

 private:
  explicit Table(const std::shared_ptr<const std::vector<T>>& elements)
      : owner_(elements), data_(elements->data()), size_(elements->size()) {}

  std::shared_ptr<const void> owner_;
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace onnxformers
