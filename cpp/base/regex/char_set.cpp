#include "base/regex/char_set.h"

#include <algorithm>

namespace onnxformers::regex {

CharSet::CharSet(std::initializer_list<Range> ranges) : ranges_(ranges) { normalize(); }
CharSet::CharSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) { normalize(); }

void CharSet::normalize() {
  std::ranges::sort(ranges_, {}, &Range::first);
  join();
}

/// Makes one range of those that touch.
void CharSet::join() {
  std::size_t count = 0;
  for (const Range range : ranges_) {
    if (count > 0 && range.first <= ranges_[count - 1].last + 1) {
      ranges_[count - 1].last = std::max(ranges_[count - 1].last, range.last);
    } else {
      ranges_[count++] = range;
    }
  }
  ranges_.resize(count);
}

void CharSet::add(char32_t first, char32_t last) {
  const auto after = std::ranges::upper_bound(ranges_, first, {}, &Range::first);
  ranges_.insert(after, {.first = first, .last = last});
  join();
}

void CharSet::add(const CharSet& other) {
  const auto middle = static_cast<std::ptrdiff_t>(ranges_.size());
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  std::ranges::inplace_merge(ranges_, ranges_.begin() + middle, {}, &Range::first);
  join();
}

CharSet CharSet::complement() const {
  CharSet result;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) {
      result.ranges_.push_back({.first = next, .last = range.first - 1});
    }
    next = range.last + 1;
  }
  if (next <= kLastCode) {
    result.ranges_.push_back({.first = next, .last = kLastCode});
  }
  return result;
}

CharSet CharSet::intersection(const CharSet& other) const {
  CharSet either = complement();
  either.add(other.complement());
  return either.complement();
}

bool CharSet::contains(char32_t code) const noexcept {
  const auto after = std::ranges::upper_bound(ranges_, code, {}, &Range::first);
  return after != ranges_.begin() && code <= std::prev(after)->last;
}

CharTable::CharTable(const CharSet& set) : pages_(2) {
  pages_[kFullPage].fill(~std::uint64_t{0});
  for (const CharSet::Range& range : set.ranges()) {
    for (char32_t begin = range.first; begin <= range.last;) {
      const char32_t end = std::min<char32_t>(range.last, begin | kInPage);
      add(begin, end);
      begin = end + 1;
    }
  }
  for (unsigned code = 0; code < 0x80; ++code) {
    ascii_[code] = has(code);
  }
}

/// Adds code points of one page.
void CharTable::add(char32_t first, char32_t last) {
  std::uint16_t& number = page_of_[first >> kPageBits];
  if (last - first == kInPage) {
    number = kFullPage;
    return;
  }
  if (number == kEmptyPage) {
    number = static_cast<std::uint16_t>(pages_.size());
    pages_.emplace_back();
  }
  for (char32_t code = first; code <= last; ++code) {
    pages_[number][(code & kInPage) >> 6U] |= std::uint64_t{1} << (code & 63U);
  }
}

}  // namespace onnxformers::regex
