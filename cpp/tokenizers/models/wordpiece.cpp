#include "tokenizers/models/wordpiece.h"

#include <utility>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

std::vector<std::pair<std::string_view, std::int32_t>> entries_of(const Vocabulary& vocabulary) {
  std::vector<std::pair<std::string_view, std::int32_t>> entries;
  entries.reserve(vocabulary.size());
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    // A key that is twice in the file has two ids; the one that find() knows counts.
    if (token && vocabulary.find(*token) == id) {
      entries.emplace_back(*token, static_cast<std::int32_t>(id));
    }
  }
  return entries;
}

// Bounds the trie: 12 bytes a node, at most a node a byte.
void check_size(const Field& field) {
  constexpr std::size_t kMaxBytes = std::size_t{32} << 20;
  const json::Value object = field.value();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < object.size(); ++i) {
    bytes += object.key(i).size();
  }
  if (bytes > kMaxBytes) {
    field.fail("the tokens have " + std::to_string(bytes) + " bytes, at most " +
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
        static_cast<std::size_t>(limit->as_integer(0, std::int64_t{1} << 31));
  }
  const Field vocab = field.member("vocab");
  Vocabulary vocabulary = Vocabulary::from_json(vocab);
  check_size(vocab);
  const auto unk_id = vocabulary.find(options.unk_token);
  if (!unk_id) {
    Field(field.value(), field.path() + ".unk_token")
        .fail("\"" + shortened(options.unk_token) + "\" is not in model.vocab");
  }
  return std::make_unique<WordPiece>(std::move(vocabulary), options, *unk_id);
}

WordPiece::WordPiece(Vocabulary vocabulary, const Options& options, std::uint32_t unk_id)
    : Model(std::move(vocabulary)),
      whole_words_(entries_of(this->vocabulary())),
      pieces_(entries_of(this->vocabulary())),
      continuing_(pieces_.walk(Trie::kRoot, options.continuing_subword_prefix)),
      unk_id_(unk_id),
      max_characters_(options.max_input_chars_per_word) {}

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
    tokens.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  };
  if (is_too_long(word) || !cover(word, put)) {
    tokens.resize(before);
    tokens.push_back({unk_id_, 0, static_cast<std::uint32_t>(word.size())});
  }
}

}  // namespace onnxformers::tokenizers
