#include "tokenizers/normalizers/composed_text.h"

#include "base/utf8.h"
#include "tokenizers/normalizers/unicode_form.h"

namespace onnxformers::tokenizers {

std::string_view ComposedText::compose(std::string_view text, std::uint32_t first_character,
                                       bool with_origins) {
  runs_.clear();
  auto changed = UnicodeForm::find_stretch(UnicodeForm::kNfc, text, 0);
  if (changed.begin == text.size()) {
    return text;
  }
  clear(text.size());
  original_ = first_character;
  composed_ = first_character;
  runs_.push_back({.first = first_character, .origin = first_character});
  std::size_t at = 0;
  while (changed.begin < text.size()) {
    put_kept(text.substr(at, changed.begin - at), with_origins);
    put_changed(text.substr(changed.begin, changed.end - changed.begin), with_origins);
    at = changed.end;
    changed = UnicodeForm::find_stretch(UnicodeForm::kNfc, text, at);
  }
  text_.append(text.substr(at));
  return text_;
}

/// Gives back what a very long text took.
void ComposedText::clear(std::size_t bytes) {
  constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;
  if (text_.capacity() > kKeptBytes && bytes <= kKeptBytes) {
    *this = ComposedText();
  }
  text_.clear();
}

void ComposedText::put_kept(std::string_view kept, bool with_origins) {
  text_.append(kept);
  if (with_origins) {
    const auto count = static_cast<std::uint32_t>(utf8::count(kept));
    original_ += count;
    composed_ += count;
  }
}

void ComposedText::put_changed(std::string_view stretch, bool with_origins) {
  stretch_.reset(stretch, original_, with_origins);
  UnicodeForm::apply(UnicodeForm::kNfc, stretch_);
  const std::string_view composed = stretch_.text();
  text_.append(composed);
  if (!with_origins) {
    return;
  }
  for (std::size_t i = 0; i < composed.size(); i += utf8::decode(composed, i).length) {
    runs_.push_back({.first = composed_++, .origin = stretch_.origin(i)});
  }
  original_ += static_cast<std::uint32_t>(utf8::count(stretch));
  runs_.push_back({.first = composed_, .origin = original_});
}

void ComposedText::map_back(std::span<CharacterSpan> spans) const {
  if (runs_.empty()) {
    return;
  }
  const auto last_until = [this](std::size_t run, std::uint32_t character) {
    while (run + 1 < runs_.size() && runs_[run + 1].first <= character) {
      ++run;
    }
    return run;
  };
  const auto origin = [this](std::size_t run, std::uint32_t character) {
    return runs_[run].origin + (character - runs_[run].first);
  };
  std::size_t run = 0;
  for (CharacterSpan& span : spans) {
    run = last_until(run, span.begin);
    const std::uint32_t last = span.end - 1;
    span = {
        .begin = origin_begin(origin(run, span.begin)),
        .end = origin_end(origin(last_until(run, last), last)),
    };
  }
}

}  // namespace onnxformers::tokenizers
