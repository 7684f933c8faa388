#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onnxformers::tokenizers {

enum class TruncationStrategy : std::uint8_t { DoNotTruncate, LongestFirst, OnlyFirst, OnlySecond };
enum class Side : std::uint8_t { Left, Right };

struct Truncation {
  TruncationStrategy strategy = TruncationStrategy::DoNotTruncate;
  std::size_t max_length = 0;  ///< of the whole row, special tokens included
  std::size_t stride = 0;      ///< tokens that an overflowing part repeats of the one before
  Side side = Side::Right;
};

/// Tokens [begin, end) of one text.
struct TokenSlice {
  std::size_t begin;
  std::size_t end;
};

/// What is kept of a text; the parts after the first are the overflow. Never empty.
using Parts = std::vector<TokenSlice>;

/// Tokens left to the first and second text.
struct Kept {
  std::size_t first;
  std::size_t second;
};

/// How many tokens of texts with these lengths stay within `room`; fails with
/// ErrorKind::InvalidArgument if the strategy cannot achieve it.
[[nodiscard]] Kept plan_truncation(std::size_t first, std::size_t second, bool is_pair,
                                   TruncationStrategy strategy, std::size_t room);

/// Cuts `length` tokens into parts of at most `kept`. Fails with ErrorKind::InvalidArgument if the
/// stride is not shorter than a part.
[[nodiscard]] Parts cut(std::size_t length, std::size_t kept, const Truncation& truncation,
                        bool with_overflow);

}  // namespace onnxformers::tokenizers
