#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace onnxformers::tokenizers {

/// The texts of a batch: each whole, or split into words by the caller.
class TextBatch {
 public:
  TextBatch() = default;

  /// A list of whole texts, which must outlive this.
  template <typename Texts>
    requires std::convertible_to<const Texts&, std::span<const std::string_view>>
  // NOLINTNEXTLINE(google-explicit-constructor): a list of texts is a batch of them
  TextBatch(const Texts& texts) : parts_(texts) {}

  /// @param words of all texts, one after the other.
  /// @param ends where the words of each text end.
  TextBatch(std::span<const std::string_view> words, std::span<const std::size_t> ends)
      : parts_(words), ends_(ends), is_split_(true) {}

  [[nodiscard]] bool is_split() const noexcept { return is_split_; }
  [[nodiscard]] std::size_t size() const noexcept {
    return is_split_ ? ends_.size() : parts_.size();
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// The words of a text; the text itself where it is not split.
  [[nodiscard]] std::span<const std::string_view> operator[](std::size_t index) const {
    if (!is_split_) {
      return parts_.subspan(index, 1);
    }
    const std::size_t begin = index == 0 ? begin_ : ends_[index - 1];
    return parts_.subspan(begin, ends_[index] - begin);
  }

  [[nodiscard]] TextBatch subbatch(std::size_t first, std::size_t count) const {
    if (!is_split_) {
      return parts_.subspan(first, count);
    }
    // Ends count from the first word of all.
    TextBatch batch(parts_, ends_.subspan(first, count));
    batch.begin_ = first == 0 ? begin_ : ends_[first - 1];
    return batch;
  }

 private:
  std::span<const std::string_view> parts_;
  std::span<const std::size_t> ends_;
  std::size_t begin_ = 0;
  bool is_split_ = false;
};

}  // namespace onnxformers::tokenizers
