#include "base/regex/char_set.h"

#include <algorithm>
#include <map>

namespace onnxformers::regex {

CharSet::CharSet(std::initializer_list<Range> ranges) : ranges_(ranges) { normalize(); }
CharSet::CharSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) { normalize(); }

void CharSet::append(char32_t code) {
  if (!ranges_.empty() && ranges_.back().last + 1 == code) {
    ranges_.back().last = code;
  } else {
    ranges_.push_back({.first = code, .last = code});
  }
}

void CharSet::normalize() {
  std::ranges::sort(ranges_, {}, &Range::first);
  std::vector<Range> merged;
  for (const Range& range : ranges_) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges_ = std::move(merged);
}

void CharSet::add(char32_t first, char32_t last) {
  ranges_.push_back({.first = first, .last = last});
  normalize();
}

void CharSet::add(const CharSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  normalize();
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

CharTable::CharTable(const CharSet& set) {
  std::vector<Page> by_number(page_of_.size());
  for (const CharSet::Range& range : set.ranges()) {
    for (char32_t code = range.first; code <= range.last; ++code) {
      const char32_t in_page = code & kInPage;
      if (in_page == 0 && code + kInPage <= range.last) {
        by_number[code >> kPageBits].fill(~std::uint64_t{0});
        code += kInPage;
        continue;
      }
      by_number[code >> kPageBits][in_page >> 6U] |= std::uint64_t{1} << (code & 63U);
    }
  }
  std::map<Page, std::uint16_t> known;
  for (std::size_t i = 0; i < by_number.size(); ++i) {
    const auto [place, is_new] =
        known.try_emplace(by_number[i], static_cast<std::uint16_t>(pages_.size()));
    if (is_new) {
      pages_.push_back(by_number[i]);
    }
    page_of_[i] = place->second;
  }
  for (unsigned code = 0; code < 0x80; ++code) {
    ascii_[code] = has(code);
  }
}

}  // namespace onnxformers::regex
