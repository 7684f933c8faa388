#include "tokenizers/normalizers/replace.h"

#include <vector>

#include "base/errors.h"
#include "tokenizers/normalizers/content.h"

namespace onnxformers::tokenizers {

std::unique_ptr<Normalizer> Replace::from_json(const Field& field) {
  return std::make_unique<Replace>(Pattern::from_json(field.member("pattern")),
                                   read_content(field.member("content")));
}

void Replace::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  if (from.empty()) {
    return;
  }
  if (!pattern_.is_regex() && !pattern_.source().empty()) {
    replace_string(text);
    return;
  }
  std::vector<Pattern::Match> matches;
  pattern_.find_all(from, matches);
  if (matches.empty()) {
    return;
  }
  std::size_t kept = 0;
  text.begin_rewrite();
  for (const Pattern::Match& match : matches) {
    text.keep(kept, match.begin);
    put_content(text, match);
    kept = match.end;
  }
  text.keep(kept, from.size());
  text.commit();
}

void Replace::replace_string(NormalizedText& text) const {
  const std::string_view from = text.text();
  const std::string_view string = pattern_.source();
  std::size_t begin = from.find(string);
  if (begin == std::string_view::npos) {
    return;
  }
  std::size_t kept = 0;
  text.begin_rewrite();
  while (begin != std::string_view::npos) {
    text.keep(kept, begin);
    kept = begin + string.size();
    put_content(text, {.begin = begin, .end = kept});
    begin = from.find(string, kept);
  }
  text.keep(kept, from.size());
  text.commit();
}

void Replace::put_content(NormalizedText& text, const Pattern::Match& match) const {
  if (text.rewritten_size() + content_.size() > kMaxNormalizedBytes) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "the text becomes longer than " + std::to_string(kMaxNormalizedBytes) +
             " bytes when the normalizer Replace is done with it");
  }
  const bool is_empty = match.begin == match.end;
  text.put_bytes(content_, is_empty ? text.last_put_origin() : text.origin_or_zero(match.end - 1));
}

}  // namespace onnxformers::tokenizers
