#include "tokenizers/pre_tokenizers/metaspace.h"

#include <array>
#include <utility>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

using PrependScheme = Metaspace::PrependScheme;

constexpr auto kSchemes = std::to_array<std::pair<std::string_view, PrependScheme>>({
    {"first", PrependScheme::First},
    {"never", PrependScheme::Never},
    {"always", PrependScheme::Always},
});

PrependScheme read_scheme(const Field& field) {
  const std::string_view name = field.as_string();
  for (const auto& [known, scheme] : kSchemes) {
    if (known == name) {
      return scheme;
    }
  }
  field.fail("unknown scheme \"" + shortened(name) + "\"; known are first, never and always");
}

/// Where `what` begins first in text[begin, end), or `end`; reads no further than that.
std::size_t find_in(std::string_view text, std::string_view what, std::size_t begin,
                    std::size_t end) {
  const std::size_t place = text.substr(0, end).find(what, begin);
  return place == std::string_view::npos ? end : place;
}

}  // namespace

std::unique_ptr<PreTokenizer> Metaspace::from_json(const Field& field) {
  Options options;
  options.replacement = field.member("replacement").as_character();
  const bool may_prepend = field.bool_or("add_prefix_space", true);
  if (const auto scheme = field.find("prepend_scheme")) {
    options.prepend_scheme = read_scheme(*scheme);
    if (!may_prepend && options.prepend_scheme != PrependScheme::Never) {
      scheme->fail("contradicts add_prefix_space, which is false");
    }
  } else if (!may_prepend) {
    options.prepend_scheme = PrependScheme::Never;
  }
  options.split = field.bool_or("split", true);
  return std::make_unique<Metaspace>(options);
}

Metaspace::Metaspace(const Options& options) : options_(options) {
  utf8::append(sign_, options.replacement);
}

void Metaspace::split(PreTokenizedText& text) const {
  rewrite(text);
  if (options_.split) {
    cut(text);
  }
}

bool Metaspace::prepends(const NormalizedText& text, const Piece& piece) const {
  if (text.text()[piece.begin] == ' ' || text.text().substr(piece.begin).starts_with(sign_)) {
    return false;
  }
  switch (options_.prepend_scheme) {
    case PrependScheme::First:
      return origin_begin(text.origin_or_zero(piece.begin)) == 0;
    case PrependScheme::Never:
      return false;
    case PrependScheme::Always:
      return true;
  }
  return false;
}

void Metaspace::rewrite(PreTokenizedText& text) const {
  NormalizedText& all = text.text;
  text.next.clear();
  all.begin_rewrite();
  for (const Piece& piece : text.pieces) {
    const auto begin = static_cast<std::uint32_t>(all.rewritten_size());
    if (prepends(all, piece)) {
      // For offsets it stands where the first character does.
      all.put_bytes(sign_, all.origin_or_zero(piece.begin));
    }
    std::size_t from = piece.begin;
    while (from < piece.end) {
      const std::size_t space = find_in(all.text(), " ", from, piece.end);
      all.keep(from, space);
      if (space < piece.end) {
        all.put_bytes(sign_, all.origin_or_zero(space));
      }
      from = space + 1;
    }
    text.next.push_back({.begin = begin, .end = static_cast<std::uint32_t>(all.rewritten_size())});
  }
  all.commit();
  text.pieces.swap(text.next);
}

/// Begins a piece at every sign.
void Metaspace::cut(PreTokenizedText& text) const {
  const std::string_view all = text.text.text();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    std::uint32_t begin = piece.begin;
    while (begin < piece.end) {
      const auto end =
          static_cast<std::uint32_t>(find_in(all, sign_, std::size_t{begin} + 1, piece.end));
      text.next.push_back({.begin = begin, .end = end});
      begin = end;
    }
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
