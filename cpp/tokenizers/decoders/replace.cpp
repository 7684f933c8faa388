#include "tokenizers/decoders/replace.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

namespace {

/// A string of at least one character. An occurrence may lie across the pieces of a token.
class ReplaceStringRun final : public DecoderRun {
 public:
  ReplaceStringRun(std::string_view pattern, std::string_view content)
      : pattern_(pattern), content_(content) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (held_.empty()) {
        out.append(replaced(part.token(i), out));
      } else {
        held_.append(part.token(i));
        out.append(replaced(held_, out));
        held_.clear();
      }
      out.end_token();
    }
    if (!part.rest().empty()) {
      hold_back(part.rest(), out);
    }
  }

 private:
  /// Gives out all up to the last occurrence; the text behind it.
  std::string_view replaced(std::string_view text, TokenList& out) const {
    std::size_t begin = 0;
    for (std::size_t found = text.find(pattern_); found != std::string_view::npos;
         found = text.find(pattern_, begin)) {
      out.append(text.substr(begin, found - begin));
      out.append(content_);
      begin = found + pattern_.size();
    }
    return text.substr(begin);
  }

  /// Holds back what may be the beginning of an occurrence.
  void hold_back(std::string_view piece, TokenList& out) {
    held_.append(piece);
    const std::string_view rest = replaced(held_, out);
    std::size_t begin = rest.size() - std::min(rest.size(), pattern_.size() - 1);
    while (!pattern_.starts_with(rest.substr(begin))) {
      ++begin;
    }
    out.append(rest.substr(0, begin));
    held_ = std::string(rest.substr(begin));
  }

  std::string_view pattern_;
  std::string_view content_;
  std::string held_;
};

/// A regex, or the empty string. Neither finds anything in a token without characters.
class ReplacePatternRun final : public DecoderRun {
 public:
  ReplacePatternRun(const Pattern& pattern, std::string_view content)
      : pattern_(pattern), content_(content) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      matches_.clear();
      if (!token.empty()) {
        pattern_.find_all(token, matches_);
      }
      std::size_t begin = 0;
      for (const Pattern::Match& match : matches_) {
        out.append(token.substr(begin, match.begin - begin));
        out.append(content_);
        begin = match.end;
      }
      out.add(token.substr(begin));
    });
  }

 private:
  const Pattern& pattern_;
  std::string_view content_;
  std::vector<Pattern::Match> matches_;
  TokenGatherer gatherer_;
};

}  // namespace

std::unique_ptr<Decoder> ReplaceDecoder::from_json(const Field& field) {
  const Field content = field.member("content");
  return std::make_unique<ReplaceDecoder>(Pattern::from_json(field.member("pattern")),
                                          std::string(content.as_string()));
}

std::unique_ptr<DecoderRun> ReplaceDecoder::start() const {
  if (pattern_.is_regex() || pattern_.source().empty()) {
    return std::make_unique<ReplacePatternRun>(pattern_, content_);
  }
  return std::make_unique<ReplaceStringRun>(pattern_.source(), content_);
}

}  // namespace onnxformers::tokenizers
