#include "tokenizers/added_vocabulary.h"

#include <algorithm>

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

// Circled and squared letters: symbols, yet alphabetic (Other_Alphabetic).
bool is_alphabetic_symbol(char32_t code) {
  return (code >= 0x24B6 && code <= 0x24E9) || (code >= 0x1F130 && code <= 0x1F149) ||
         (code >= 0x1F150 && code <= 0x1F169) || (code >= 0x1F170 && code <= 0x1F189);
}

// \w of Unicode Technical Standard 18: Alphabetic, marks, decimal digits, connectors, joiners.
bool is_word_character(char32_t code) {
  using unicode::Category;
  switch (unicode::category(code)) {
    case Category::Ll:
    case Category::Lm:
    case Category::Lo:
    case Category::Lt:
    case Category::Lu:
    case Category::Mc:
    case Category::Me:
    case Category::Mn:
    case Category::Nd:
    case Category::Nl:
    case Category::Pc:
      return true;
    default:
      return code == 0x200C || code == 0x200D || is_alphabetic_symbol(code);
  }
}

bool word_ends_at(std::string_view text, std::size_t end) {
  return end > 0 && is_word_character(utf8::decode(text, utf8::previous(text, end)).code);
}

bool word_begins_at(std::string_view text, std::size_t begin) {
  return begin < text.size() && is_word_character(utf8::decode(text, begin).code);
}

std::size_t skip_space_left(std::string_view text, std::size_t end, std::size_t limit) {
  while (end > limit) {
    const std::size_t begin = utf8::previous(text, end);
    if (!unicode::is_whitespace(utf8::decode(text, begin).code)) {
      break;
    }
    end = begin;
  }
  return end;
}

std::size_t skip_space_right(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    const auto [code, length] = utf8::decode(text, begin);
    if (!unicode::is_whitespace(code)) {
      break;
    }
    begin += length;
  }
  return begin;
}

}  // namespace

std::vector<AddedToken> AddedVocabulary::read(const Field& field) {
  (void)field.expect(json::Type::Array);
  std::vector<AddedToken> tokens;
  tokens.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field item = field.element(i);
    AddedToken token;
    token.id = item.member("id").as_token_id();
    token.content = item.member("content").as_string();
    if (token.content.size() > kMaxContentBytes) {
      item.member("content").fail("an added token may have at most " +
                                  std::to_string(kMaxContentBytes) + " bytes, this one has " +
                                  std::to_string(token.content.size()));
    }
    token.single_word = item.bool_or("single_word", false);
    token.lstrip = item.bool_or("lstrip", false);
    token.rstrip = item.bool_or("rstrip", false);
    token.special = item.bool_or("special", false);
    token.normalized = item.bool_or("normalized", !token.special);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

AddedVocabulary::AddedVocabulary(std::vector<AddedToken> tokens, const Normalizer* normalizer,
                                 TableArchive* archive)
    : tokens_(std::move(tokens)) {
  by_id_.reserve(tokens_.size());
  by_content_.reserve(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    // Of two entries with one id or content the later counts.
    by_id_[tokens_[i].id] = i;
    by_content_[tokens_[i].content] = i;
  }
  for (const bool normalized : {false, true}) {
    Finder& finder = normalized ? normalized_ : original_;
    if (archive == nullptr || !archive->fills()) {
      finder = make_finder(normalized, normalizer);
    }
    if (archive != nullptr) {
      finder.visit_tables(*archive);
    }
    finder.tokens = &tokens_;
  }
}

AddedVocabulary::Finder AddedVocabulary::make_finder(bool normalized,
                                                     const Normalizer* normalizer) const {
  std::unordered_map<std::string, std::int32_t> contents;
  for (const auto& [content, index] : by_content_) {
    const AddedToken& token = tokens_[index];
    if (token.normalized != normalized) {
      continue;
    }
    NormalizedText text;
    text.reset(token.content, 0, false);
    if (normalized && normalizer != nullptr) {
      normalizer->normalize(text);
    }
    if (text.text().empty()) {
      continue;
    }
    // Of two tokens that normalise to the same text the first counts.
    const auto [entry, is_new] =
        contents.try_emplace(std::string(text.text()), static_cast<std::int32_t>(index));
    entry->second = std::min(entry->second, static_cast<std::int32_t>(index));
  }
  Finder finder;
  const Trie::Entries entries(contents.begin(), contents.end());
  for (const auto& [content, index] : entries) {
    bool& starts = finder.starts[static_cast<unsigned char>(content.front())];
    if (!starts) {
      finder.distinct_starts.push_back(content.front());
    }
    starts = true;
  }
  finder.trie = Trie(entries);
  return finder;
}

const AddedToken* AddedVocabulary::find(std::string_view content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedVocabulary::find(std::uint32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

std::size_t AddedVocabulary::Finder::next_start(std::string_view text,
                                                std::size_t from) const noexcept {
  if (distinct_starts.size() == 1) {
    const std::size_t found = text.find(distinct_starts.front(), from);
    return found == std::string_view::npos ? text.size() : found;
  }
  while (from < text.size() && !starts[static_cast<unsigned char>(text[from])]) {
    ++from;
  }
  return from;
}

void AddedVocabulary::Finder::match(std::string_view text, std::vector<AddedMatch>& matches,
                                    bool skip_special) const {
  matches.clear();
  if (distinct_starts.empty()) {
    return;
  }
  std::size_t taken = 0;  // end of the last match with its whitespace
  for (std::size_t i = next_start(text, 0); i < text.size();) {
    const Trie::Match found = trie.longest(text, i);
    if (found.value == Trie::kNoValue) {
      i = next_start(text, i + 1);
      continue;
    }
    const AddedToken& token = (*tokens)[static_cast<std::size_t>(found.value)];
    const bool touches = word_ends_at(text, i) || word_begins_at(text, found.end);
    if ((!token.single_word || !touches) && !(skip_special && token.special)) {
      const std::size_t begin = std::max(taken, token.lstrip ? skip_space_left(text, i, taken) : i);
      taken = token.rstrip ? skip_space_right(text, found.end) : found.end;
      matches.push_back({.begin = begin, .end = std::max(begin, taken), .token = &token});
    }
    i = next_start(text, found.end);
  }
}

}  // namespace onnxformers::tokenizers
