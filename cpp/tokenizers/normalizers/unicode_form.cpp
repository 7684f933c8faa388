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

/// Goes past marks that come in order, none of which the form changes or composes.
std::size_t skip_ordered(const UnicodeForm::Kind& kind, std::string_view text, std::size_t i) {
  std::uint8_t before = 0;
  while (i < text.size()) {
    const auto [code, length] = utf8::decode(text, i);
    const std::uint8_t combining = unicode::combining_class(code);
    if (combining < before || combining == 0 || !unicode::is_inert(code, kind.ordered)) {
      break;
    }
    before = combining;
    i += length;
  }
  return i;
}

/// Whether a character begins there that the form leaves alone, or the text ends.
bool is_boundary(const UnicodeForm::Kind& kind, std::string_view text, std::size_t i) {
  return i == text.size() || unicode::is_inert(utf8::decode(text, i).code, kind.inert);
}

}  // namespace

UnicodeForm::Stretch UnicodeForm::find_stretch(const Kind& kind, std::string_view text,
                                               std::size_t begin) {
  std::size_t at = unicode::skip_inert(text, begin, kind.inert);
  std::size_t end = at;
  while (at < text.size()) {
    end = skip_ordered(kind, text, at);
    if (end == at || !is_boundary(kind, text, end)) {
      break;
    }
    at = unicode::skip_inert(text, end, kind.inert);
    end = at;
  }
  if (at == text.size()) {
    return {.begin = at, .end = at};
  }
  // What is there may compose with the character before it.
  const bool goes_back = kind.composes && at > begin;
  do {
    end += utf8::decode(text, end).length;
  } while (!is_boundary(kind, text, end));
  return {.begin = goes_back ? utf8::previous(text, at) : at, .end = end};
}

void UnicodeForm::apply(const Kind& kind, NormalizedText& text) {
  const std::string_view from = text.text();
  Stretch stretch = find_stretch(kind, from, 0);
  if (stretch.begin == from.size()) {
    return;
  }
  Transform transform(text);
  Segment segment(kind, transform);
  for (; stretch.begin < from.size(); stretch = find_stretch(kind, from, stretch.end)) {
    transform.keep(stretch.begin);
    for (std::size_t i = stretch.begin; i < stretch.end;) {
      const auto [code, length] = utf8::decode(from, i);
      segment.add(code);
      i += length;
    }
    segment.finish();
    transform.resume(stretch.end);
  }
  transform.keep(from.size());
  transform.finish();
}

}  // namespace onnxformers::tokenizers
