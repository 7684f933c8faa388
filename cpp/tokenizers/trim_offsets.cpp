#include "tokenizers/trim_offsets.h"

#include <algorithm>

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

bool is_space(char32_t code) { return code == 0x120 || unicode::is_whitespace(code); }

}  // namespace

OuterSpaces outer_spaces(std::string_view token) {
  OuterSpaces spaces;
  bool only_spaces = true;
  for (std::size_t i = 0; i < token.size();) {
    const auto [code, length] = utf8::decode(token, i);
    const bool space = is_space(code);
    spaces.trailing = space ? spaces.trailing + 1 : 0;
    only_spaces = only_spaces && space;
    spaces.leading += only_spaces ? 1 : 0;
    i += length;
  }
  return spaces;
}

void trim_span(CharacterSpan& span, const OuterSpaces& spaces, bool is_first,
               bool add_prefix_space) {
  const bool was_added = spaces.leading == 1 && add_prefix_space && (is_first || span.begin == 0);
  if (!was_added) {
    span.begin = std::min(span.begin + spaces.leading, span.end);
  }
  if (span.end >= spaces.trailing) {
    span.end = std::max(span.end - spaces.trailing, span.begin);
  }
}

OuterSpaces TokenSpaces::find(std::uint32_t id) const {
  std::call_once(filled_, [&] { fill(); });
  if (id >= entries_.size()) {
    return {};
  }
  const Entry entry = entries_[id];
  if (std::max(entry.leading, entry.trailing) == kMany) {
    return outer_spaces(token_of_id_(id).value_or(""));
  }
  return {.leading = entry.leading, .trailing = entry.trailing};
}

void TokenSpaces::fill() const {
  std::vector<Entry> entries(size_);
  const auto capped = [](std::uint32_t count) {
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(count, kMany));
  };
  for (std::uint32_t id = 0; id < size_; ++id) {
    const OuterSpaces spaces = outer_spaces(token_of_id_(id).value_or(""));
    entries[id] = {.leading = capped(spaces.leading), .trailing = capped(spaces.trailing)};
  }
  entries_ = std::move(entries);
}

}  // namespace onnxformers::tokenizers
