#include "base/unicode_grapheme.h"

#include <cstdint>

#include "base/unicode_normalization.h"
#include "base/unicode_stages.h"
#include "base/utf8.h"
#include "unicode/grapheme_tables.h"

namespace onnxformers::unicode {

namespace {

using Kind = tables::Cluster;

constexpr char32_t kRegionalIndicators = 0x1F1E6;
constexpr char32_t kRegionalIndicatorCount = 26;

Kind kind_of(char32_t code) noexcept {
  if (hangul::is_syllable(code)) {
    const bool is_open = (code - hangul::kSyllables) % hangul::kTrailingCount == 0;
    return is_open ? Kind::OpenSyllable : Kind::ClosedSyllable;
  }
  if (code - kRegionalIndicators < kRegionalIndicatorCount) {
    return Kind::RegionalIndicator;
  }
  return static_cast<Kind>(look_up(tables::kClusterBlocks, tables::kCluster, code));
}

/// GB6 to GB8.
bool is_hangul_joined(Kind first, Kind second) noexcept {
  switch (first) {
    case Kind::Leading:
      return second == Kind::Leading || second == Kind::Vowel || second == Kind::OpenSyllable ||
             second == Kind::ClosedSyllable;
    case Kind::OpenSyllable:
    case Kind::Vowel:
      return second == Kind::Vowel || second == Kind::Trailing;
    case Kind::ClosedSyllable:
    case Kind::Trailing:
      return second == Kind::Trailing;
    default:
      return false;
  }
}

bool is_attached(Kind kind) noexcept {
  return kind == Kind::Extend || kind == Kind::Linked || kind == Kind::Linker ||
         kind == Kind::Joiner || kind == Kind::SpacingMark;
}

/// What was read of a cluster.
class Cluster {
 public:
  explicit Cluster(Kind first) : last_(first) { start(first); }

  /// Whether the next character belongs to it; takes it in then.
  bool take(Kind next) noexcept {
    if (!is_joined(next)) {
      return false;
    }
    if (is_attached(next)) {
      attach(next);
    } else {
      start(next);
    }
    last_ = next;
    return true;
  }

 private:
  enum class Picture : std::uint8_t { None, Open, Joined };
  enum class Conjunct : std::uint8_t { None, Open, Linked };

  [[nodiscard]] bool is_joined(Kind next) const noexcept {
    if (last_ == Kind::Control || next == Kind::Control) {
      return false;
    }
    const bool is_pair =
        has_odd_indicator_ && next == Kind::RegionalIndicator && last_ == Kind::RegionalIndicator;
    return is_attached(next) || last_ == Kind::Prepend || is_hangul_joined(last_, next) ||
           (picture_ == Picture::Joined && next == Kind::Pictographic) ||
           (conjunct_ == Conjunct::Linked && next == Kind::Consonant) || is_pair;
  }

  void attach(Kind next) noexcept {
    if (next == Kind::Joiner && picture_ == Picture::Open) {
      picture_ = Picture::Joined;
    } else if (next == Kind::Joiner || next == Kind::SpacingMark || picture_ == Picture::Joined) {
      picture_ = Picture::None;
    }
    if (next == Kind::Linker && conjunct_ != Conjunct::None) {
      conjunct_ = Conjunct::Linked;
    } else if (next == Kind::Extend || next == Kind::SpacingMark) {
      conjunct_ = Conjunct::None;
    }
  }

  void start(Kind next) noexcept {
    picture_ = next == Kind::Pictographic ? Picture::Open : Picture::None;
    conjunct_ = next == Kind::Consonant ? Conjunct::Open : Conjunct::None;
    has_odd_indicator_ = next == Kind::RegionalIndicator && !has_odd_indicator_;
  }

  Kind last_;
  Picture picture_ = Picture::None;
  Conjunct conjunct_ = Conjunct::None;
  bool has_odd_indicator_ = false;
};

}  // namespace

std::size_t grapheme_end(std::string_view text, std::size_t begin) noexcept {
  const auto [first, length] = utf8::decode(text, begin);
  std::size_t end = begin + length;
  if (first == U'\r' && end < text.size() && text[end] == '\n') {
    return end + 1;
  }
  Cluster cluster(kind_of(first));
  while (end < text.size()) {
    const auto [next, next_length] = utf8::decode(text, end);
    if (!cluster.take(kind_of(next))) {
      break;
    }
    end += next_length;
  }
  return end;
}

bool is_plain_lead(unsigned char lead) noexcept { return tables::kPlainLeads[lead] != 0; }

}  // namespace onnxformers::unicode
