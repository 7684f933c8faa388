#include "tokenizers/normalizers/unicode_form.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/normalizers/canonical.h"
#include "tokenizers/normalizers/transform.h"

namespace onnxformers::tokenizers {

namespace {

/// A character of the decomposed text. The first of each decomposition takes a character of the
/// old text (change 0), the others none (1); one composed of two takes what both took.
struct Part {
  char32_t code;
  std::uint8_t combining;
  int change;
};

/// Normalises from one boundary to the next.
class Segment {
 public:
  Segment(const UnicodeForm::Kind& kind, Transform& transform)
      : kind_(kind), transform_(transform) {}

  void add(char32_t code) {
    decomposition_.clear();
    const std::u32string_view compatible =
        kind_.is_compatible ? unicode::compatibility_decomposition(code) : std::u32string_view();
    if (compatible.empty()) {
      append_decomposition(decomposition_, code);
    } else {
      decomposition_.append(compatible);
    }
    int change = 0;
    for (const char32_t part : decomposition_) {
      add_part({.code = part, .combining = unicode::combining_class(part), .change = change});
      change = 1;
    }
  }

  void finish() {
    put_marks_in_order();
    put_composed();
  }

 private:
  void add_part(const Part& part) {
    if (part.combining == 0) {
      put_marks_in_order();
      put_ordered(part);
    } else {
      marks_.push_back(part);
    }
  }

  void put_marks_in_order() {
    // Mostly nothing to do; a long run in order stays linear.
    if (!std::ranges::is_sorted(marks_, {}, &Part::combining)) {
      std::ranges::stable_sort(marks_, {}, &Part::combining);
    }
    for (const Part& mark : marks_) {
      put_ordered(mark);
    }
    marks_.clear();
  }

  void put_ordered(const Part& part) {
    if (!kind_.composes) {
      put(part);
    } else if (!starter_) {
      part.combining == 0 ? void(starter_ = part) : put(part);
    } else if (is_blocked(part) || !compose(part)) {
      keep_apart(part);
    }
  }

  /// Whether something stands between it and the starter that it cannot reach across.
  [[nodiscard]] bool is_blocked(const Part& part) const {
    return !apart_.empty() && apart_.back().combining >= part.combining;
  }

  bool compose(const Part& part) {
    const char32_t composite = unicode::compose(starter_->code, part.code);
    if (composite == 0) {
      return false;
    }
    starter_->code = composite;
    starter_->change += part.change - 1;
    return true;
  }

  void keep_apart(const Part& part) {
    if (part.combining == 0) {
      put_composed();
      starter_ = part;
    } else {
      apart_.push_back(part);
    }
  }

  void put_composed() {
    if (starter_) {
      put(*starter_);
    }
    for (const Part& mark : apart_) {
      put(mark);
    }
    starter_.reset();
    apart_.clear();
  }

  void put(const Part& part) { transform_.put(part.code, part.change); }

  const UnicodeForm::Kind& kind_;
  Transform& transform_;
  std::u32string decomposition_;
  std::vector<Part> marks_;      // of the decomposed text, not yet in order
  std::optional<Part> starter_;  // what marks may still compose with
  std::vector<Part> apart_;      // marks after it that did not
};

/// First byte from `begin` on, a boundary, where the form has work to do.
std::size_t find_work(const UnicodeForm::Kind& kind, std::string_view text, std::size_t begin) {
  const std::size_t i = unicode::skip_inert(text, begin, kind.inert);
  // What is there may compose with the character before it.
  const bool goes_back = kind.composes && i > begin && i < text.size();
  return goes_back ? utf8::previous(text, i) : i;
}

}  // namespace

void UnicodeForm::apply(const Kind& kind, NormalizedText& text) {
  const std::string_view from = text.text();
  std::size_t i = find_work(kind, from, 0);
  if (i == from.size()) {
    return;
  }
  Transform transform(text);
  Segment segment(kind, transform);
  while (i < from.size()) {
    transform.keep(i);
    bool is_first = true;
    while (i < from.size()) {
      const auto [code, length] = utf8::decode(from, i);
      if (!is_first && unicode::is_inert(code, kind.inert)) {
        break;
      }
      segment.add(code);
      is_first = false;
      i += length;
    }
    segment.finish();
    transform.resume(i);
    i = find_work(kind, from, i);
  }
  transform.keep(from.size());
  transform.finish();
}

}  // namespace onnxformers::tokenizers
