#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// Texts of tokens that go by them, in the order of the tokens and in one block of bytes: rows of
/// unknown characters have so many that a string for each takes longer than the search.
class TokenTexts {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// The index of the token of text i.
  [[nodiscard]] std::size_t token(std::size_t i) const { return entries_[i].token; }

  /// Text i; the view holds until the next change.
  [[nodiscard]] std::string_view text(std::size_t i) const {
    return std::string_view(bytes_).substr(begin(i), entries_[i].end - begin(i));
  }

  /// The first text of a token from that index on. O(log n).
  [[nodiscard]] std::size_t first(std::size_t token) const {
    const auto found = std::ranges::lower_bound(entries_, token, {}, &Entry::token);
    return static_cast<std::size_t>(found - entries_.begin());
  }

  /// @param token not before that of the last text.
  void add(std::size_t token, std::string_view text) {
    bytes_.append(text);
    entries_.push_back({.token = token, .end = bytes_.size()});
  }

  /// Keeps the first so many.
  void cut(std::size_t count) {
    bytes_.resize(begin(count));
    entries_.resize(count);
  }

  void clear() noexcept {
    constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;
    if (bytes_.capacity() > kKeptBytes) {
      bytes_ = {};
    }
    bytes_.clear();
    entries_.clear();
  }

 private:
  struct Entry {
    std::size_t token;
    std::size_t end;  // in bytes_
  };

  [[nodiscard]] std::size_t begin(std::size_t i) const { return i == 0 ? 0 : entries_[i - 1].end; }

  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace onnxformers::tokenizers
