#include "tokenizers/models/wordpiece.h"

#include <limits>
#include <utility>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

// A match may go on for the whole of the longest token and then fall back to its beginning: with
// this bound encoding stays linear in the text whatever the file holds.
constexpr std::size_t kMaxTokenBytes = 1024;

// Bounds the tries: 8 bytes a node, at most a node a byte.
constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

/// Whether a word may be long enough for this token.
bool can_match(std::string_view token, const WordPiece::Options& options) {
  return utf8::count(token) <=
         options.max_input_chars_per_word + utf8::count(options.continuing_subword_prefix);
}

void check_tokens(const Field& vocab, const WordPiece::Options& options) {
  const json::Value object = vocab.value();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const std::string_view token = object.key(i);
    if (token.size() > kMaxTokenBytes && can_match(token, options)) {
      vocab.member(i).fail("the token has " + std::to_string(token.size()) + " bytes, at most " +
                           std::to_string(kMaxTokenBytes) + " are accepted");
    }
    bytes += token.size();
  }
  if (bytes > kMaxBytes) {
    vocab.fail("the tokens have " + std::to_string(bytes) + " bytes, at most " +
               std::to_string(kMaxBytes) + " are accepted");
  }
}

}  // namespace

std::unique_ptr<Model> WordPiece::from_json(const Field& field) {
  Options options;
  options.unk_token = field.string_or("unk_token", options.unk_token);
  options.continuing_subword_prefix =
      field.string_or("continuing_subword_prefix", options.continuing_subword_prefix);
  if (const auto limit = field.find("max_input_chars_per_word")) {
    options.max_input_chars_per_word =
        static_cast<std::size_t>(limit->as_integer(0, std::numeric_limits<std::int32_t>::max()));
  }
  const Field vocab = field.member("vocab");
  Vocabulary vocabulary = Vocabulary::from_json(vocab);
  check_tokens(vocab, options);
  const auto unk_id = vocabulary.find(options.unk_token);
  if (!unk_id) {
    Field(field.value(), field.path() + ".unk_token")
        .fail("\"" + shortened(options.unk_token) + "\" is not in model.vocab");
  }
  return std::make_unique<WordPiece>(std::move(vocabulary), options, *unk_id);
}

Trie::Entries WordPiece::entries_of(const Vocabulary& vocabulary, const Options& options) {
  Trie::Entries entries;
  entries.reserve(vocabulary.size());
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    // A key that is twice in the file has two ids; the one that find() knows counts.
    if (token && vocabulary.is_found(id) && can_match(*token, options)) {
      entries.emplace_back(*token, static_cast<std::int32_t>(id));
    }
  }
  return entries;
}

WordPiece::WordPiece(Vocabulary vocabulary, const Options& options, std::uint32_t unk_id)
    : Model(std::move(vocabulary)),
      unk_id_(unk_id),
      max_characters_(options.max_input_chars_per_word) {
  index(entries_of(this->vocabulary(), options), options.continuing_subword_prefix);
}

void WordPiece::visit_tables(TableArchive& archive) {
  Model::visit_tables(archive);
  whole_words_.visit_tables(archive);
  first_.visit_tables(archive);
  others_.visit_tables(archive);
  archive(has_prefix_);
  archive(unk_id_);
  archive(max_characters_);
}

void WordPiece::index(const Trie::Entries& entries, std::string_view prefix) {
  Trie::Entries words;
  Trie::Entries others;
  for (const auto& [token, id] : entries) {
    const bool is_other = token.starts_with(prefix);
    if (is_other) {
      others.emplace_back(token.substr(prefix.size()), id);
    }
    if (!is_other || prefix.empty()) {
      words.emplace_back(token, id);
    }
  }
  whole_words_ = ShortWords(words);
  first_ = Trie(entries);
  others_ = Trie(others);
  has_prefix_ = !prefix.empty();
}

bool WordPiece::is_too_long(std::string_view word) const noexcept {
  return word.size() > max_characters_ && utf8::count(word) > max_characters_;
}

void WordPiece::append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
  const std::size_t before = ids.size();
  const auto put = [&](std::uint32_t id, std::size_t, std::size_t) { ids.push_back(id); };
  if (is_too_long(word) || !cover(word, put)) {
    ids.resize(before);
    ids.push_back(unk_id_);
  }
}

void WordPiece::append_tokens(std::string_view word, std::vector<WordToken>& tokens) const {
  const std::size_t before = tokens.size();
  const auto put = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
    tokens.push_back({
        .id = id,
        .begin = static_cast<std::uint32_t>(begin),
        .end = static_cast<std::uint32_t>(end),
    });
  };
  if (is_too_long(word) || !cover(word, put)) {
    tokens.resize(before);
    tokens.push_back({.id = unk_id_, .begin = 0, .end = static_cast<std::uint32_t>(word.size())});
  }
}

}  // namespace onnxformers::tokenizers
