#include "tokenizers/truncation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"

namespace onnxformers::tokenizers {

namespace {

Kept longest_first(std::size_t first, std::size_t second, std::size_t room) {
  const bool swapped = first > second;
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter;
  if (shorter <= room) {
    longer = std::max(shorter, room - shorter);
  }
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + (room % 2);
  }
  return swapped ? Kept{.first = longer, .second = shorter}
                 : Kept{.first = shorter, .second = longer};
}

}  // namespace

Kept plan_truncation(std::size_t first, std::size_t second, bool is_pair,
                     TruncationStrategy strategy, std::size_t room) {
  const std::size_t total = first + second;
  if (strategy == TruncationStrategy::DoNotTruncate || total <= room) {
    return {.first = first, .second = second};
  }
  if (room == 0) {
    return {.first = 0, .second = 0};
  }
  if (strategy == TruncationStrategy::LongestFirst) {
    return is_pair ? longest_first(first, second, room) : Kept{.first = room, .second = 0};
  }
  const bool cuts_first = strategy == TruncationStrategy::OnlyFirst;
  if (!cuts_first && !is_pair) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "truncation='only_second' needs a second text, and none was given");
  }
  const std::size_t excess = total - room;
  const std::size_t target = cuts_first ? first : second;
  if (target <= excess) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "max_length cannot be reached by cutting only the " +
             std::string(cuts_first ? "first" : "second") + " text: " + std::to_string(excess) +
             " tokens are too many and it has " + std::to_string(target) +
             "; use truncation='longest_first' or a larger max_length");
  }
  return cuts_first ? Kept{.first = first - excess, .second = second}
                    : Kept{.first = first, .second = second - excess};
}

Parts cut(std::size_t length, std::size_t kept, const Truncation& truncation, bool with_overflow) {
  if (kept >= length) {
    return {{.begin = 0, .end = length}};
  }
  if (kept == 0) {
    // As in the reference: nothing is kept, and all of the text overflows in one part.
    return with_overflow ? Parts{{.begin = 0, .end = 0}, {.begin = 0, .end = length}}
                         : Parts{{.begin = 0, .end = 0}};
  }
  if (truncation.stride >= kept) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "stride must be less than the " + std::to_string(kept) +
             " tokens that max_length leaves to the text, got " +
             std::to_string(truncation.stride));
  }
  const std::size_t step = kept - truncation.stride;
  Parts parts;
  bool is_last = false;
  for (std::size_t moved = 0; !is_last && (parts.empty() || with_overflow); moved += step) {
    if (truncation.side == Side::Right) {
      const std::size_t end = std::min(moved + kept, length);
      parts.push_back({.begin = moved, .end = end});
      is_last = end == length;
    } else {
      const std::size_t end = length - moved;
      const std::size_t begin = end - std::min(end, kept);
      parts.push_back({.begin = begin, .end = end});
      is_last = begin == 0;
    }
  }
  return parts;
}

}  // namespace onnxformers::tokenizers
