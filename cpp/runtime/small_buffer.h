#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace onnxformers::runtime {

/// A fixed number of value-initialised elements, on the stack up to Inline: the argument arrays of
/// a run.
template <typename T, std::size_t Inline>
class SmallBuffer {
 public:
  explicit SmallBuffer(std::size_t size)
      : heap_(size > Inline ? allocate(size) : nullptr), size_(size) {}

  [[nodiscard]] T* data() noexcept { return heap_ ? heap_.get() : inline_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }

 private:
  // NOLINTBEGIN(modernize-avoid-c-arrays): the size is known at run time only
  static std::unique_ptr<T[]> allocate(std::size_t size) {
    if (size > PTRDIFF_MAX / sizeof(T)) {
      throw std::length_error("SmallBuffer");
    }
    return std::make_unique<T[]>(size);
  }

  std::array<T, Inline> inline_{};
  std::unique_ptr<T[]> heap_;
  // NOLINTEND(modernize-avoid-c-arrays)
  std::size_t size_;
};

}  // namespace onnxformers::runtime
