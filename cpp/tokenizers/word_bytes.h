#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tokenizers/models/short_words.h"

namespace onnxformers::tokenizers {

/// Words between bytes up to U+0020, found eight bytes at a time.
class WordBytes {
 public:
  /// Loads the word that begins at a byte and gives its size, or more than ShortWord::kMaxBytes if
  /// it is longer; then `word` says nothing.
  static std::size_t load(std::string_view text, std::size_t begin, ShortWord& word) {
    word.low = bytes_at(text, begin);
    word.high = bytes_at(text, begin + kBytes);
    std::size_t size = bytes_before_end(word.low);
    if (size < kBytes) {
      word.low = first_bytes(word.low, size);
      word.high = 0;
    } else {
      size = bytes_before_end(word.high);
      word.high = first_bytes(word.high, size);
      size += kBytes;
      const std::size_t end = begin + size;
      if (size == ShortWord::kMaxBytes && end < text.size() && !is_end(text[end])) {
        ++size;
      }
    }
    word.length = static_cast<std::uint32_t>(size);
    return size;
  }

  /// The size of a word that has at least `size` bytes, or more than `most` if it is longer.
  static std::size_t size(std::string_view text, std::size_t begin, std::size_t size,
                          std::size_t most) {
    while (size <= most) {
      const std::size_t more = bytes_before_end(bytes_at(text, begin + size));
      size += more;
      if (more < kBytes) {
        break;
      }
    }
    return size;
  }

 private:
  static constexpr std::size_t kBytes = sizeof(std::uint64_t);
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

  static bool is_end(char byte) { return static_cast<unsigned char>(byte) <= U' '; }

  /// Eight bytes of a text; zeros, which end a word, behind its end.
  static std::uint64_t bytes_at(std::string_view text, std::size_t begin) {
    std::uint64_t bytes = 0;
    if (begin + kBytes <= text.size()) {
      std::memcpy(&bytes, text.data() + begin, kBytes);
    } else if (begin < text.size()) {
      std::memcpy(&bytes, text.data() + begin, text.size() - begin);
    }
    return bytes;
  }

  static std::size_t bytes_before_end(std::uint64_t bytes) {
    constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
    // The high bit of the first byte up to U+0020, of none before it, and of some behind it.
    const std::uint64_t ends = (bytes - (kOnes * (U' ' + 1))) & ~bytes & (kOnes * 0x80);
    return static_cast<std::size_t>(std::countr_zero(ends)) / 8;
  }

  static std::uint64_t first_bytes(std::uint64_t bytes, std::size_t count) {
    return count >= kBytes ? bytes : bytes & ((std::uint64_t{1} << (8U * count)) - 1);
  }
};

}  // namespace onnxformers::tokenizers
