#include <map>
#include <random>

#include "base/utf8.h"
#include "check.h"
#include "tokenizers/models/wordpiece.h"
#include "tokenizers/parsed.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

using Ids = std::vector<std::uint32_t>;
constexpr const char* kType = "\"type\": \"WordPiece\", ";

using Vocab = std::map<std::string, std::uint32_t>;

std::string json_of(const Vocab& vocab, const std::string& options) {
  std::string text;
  for (const auto& [token, id] : vocab) {
    text += (text.empty() ? "" : ", ") + ("\"" + token + "\": " + std::to_string(id));
  }
  return "{" + options + "\"vocab\": {" + text + "}}";
}

std::unique_ptr<Model> load(const std::string& json, std::string* type = nullptr) {
  const Parsed parsed(json);
  std::string own;
  return make_model(parsed.field, type != nullptr ? *type : own);
}

Ids ids_of(const Model& model, std::string_view word) {
  Ids ids;
  model.append_ids(word, ids);
  return ids;
}

/// The definition, tried from the longest part of the word down.
Ids slow_ids(const Vocab& vocab, const std::string& word) {
  Ids ids;
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t end = word.size();
    for (; end > begin; --end) {
      const auto found = vocab.find((begin > 0 ? "##" : "") + word.substr(begin, end - begin));
      if (found != vocab.end()) {
        ids.push_back(found->second);
        break;
      }
    }
    if (end == begin) {
      return {0};
    }
    begin = end;
  }
  return ids;
}

}  // namespace

TEST(pieces_are_those_of_the_definition) {
  std::mt19937 random(3);
  const auto letters = [&](std::size_t most) {
    std::string text;
    for (std::size_t length = 1 + random() % most; length > 0; --length) {
      text.push_back(static_cast<char>('a' + random() % 3));
    }
    return text;
  };
  for (int round = 0; round < 30; ++round) {
    Vocab vocab{{"[UNK]", 0}};
    for (std::uint32_t id = 1; id < 60; ++id) {
      vocab.emplace((random() % 2 == 0 ? "##" : "") + letters(5), id);
    }
    const auto model = load(json_of(vocab, kType));
    for (int i = 0; i < 200; ++i) {
      const std::string word = letters(20);
      CHECK(ids_of(*model, word) == slow_ids(vocab, word));
    }
  }
}

TEST(tokens_tell_their_place_in_the_word) {
  const auto model = load(json_of({{"[UNK]", 0}, {"un", 1}, {"##able", 2}, {"##aff", 3}}, kType));
  std::vector<WordToken> tokens;
  model->append_tokens("unaffable", tokens);
  CHECK_EQUAL(tokens.size(), std::size_t{3});
  CHECK_EQUAL(tokens[1].id, 3U);
  CHECK_EQUAL(tokens[1].begin, 2U);
  CHECK_EQUAL(tokens[1].end, 5U);
  model->append_tokens("unx", tokens);
  CHECK_EQUAL(tokens[3].id, 0U);
  CHECK_EQUAL(tokens[3].end, 3U);
}

TEST(a_word_with_too_many_characters_is_unknown) {
  const auto model = load(json_of({{"[UNK]", 0}, {"\xC3\xA9", 1}, {"##\xC3\xA9", 2}},
                                  "\"max_input_chars_per_word\": 3, "));
  CHECK(ids_of(*model, "\xC3\xA9\xC3\xA9\xC3\xA9") == (Ids{1, 2, 2}));
  CHECK(ids_of(*model, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9") == (Ids{0}));
}

TEST(without_continuing_pieces_only_whole_words_are_known) {
  const auto model = load(json_of({{"[UNK]", 0}, {"a", 1}}, kType));
  CHECK(ids_of(*model, "a") == (Ids{1}));
  CHECK(ids_of(*model, "aa") == (Ids{0}));
}

TEST(an_empty_prefix_continues_with_any_token) {
  const auto model =
      load(json_of({{"[UNK]", 0}, {"a", 1}, {"", 2}}, "\"continuing_subword_prefix\": \"\", "));
  CHECK(ids_of(*model, "aa") == (Ids{1, 1}));
}

TEST(the_type_is_inferred_where_the_file_has_none) {
  std::string type;
  load(json_of({{"[UNK]", 0}}, "\"max_input_chars_per_word\": 100, "), &type);
  CHECK_EQUAL(type, "WordPiece");
  CHECK_ERROR(ErrorKind::FileFormat, "part: unknown type 'Nothing'; known: BPE",
              load(json_of({}, "\"type\": \"Nothing\", ")));
}

TEST(wrong_fields_are_refused) {
  CHECK_ERROR(ErrorKind::FileFormat, "part.unk_token: \"[UNK]\" is not in model.vocab",
              load(json_of({{"a", 0}}, "\"type\": \"WordPiece\", ")));
  CHECK_ERROR(ErrorKind::FileFormat, "part.max_input_chars_per_word: expected an integer",
              load(json_of({{"[UNK]", 0}}, "\"max_input_chars_per_word\": \"x\", ")));
  CHECK_ERROR(ErrorKind::FileFormat, "the token has 2000 bytes, at most 1024 are accepted",
              load(json_of({{"[UNK]", 0}, {std::string(2000, 'a'), 1}},
                           "\"max_input_chars_per_word\": 5000, ")));
}

TEST(a_token_longer_than_any_word_is_kept_but_never_matches) {
  const std::string token(2000, 'a');
  const auto model =
      load(json_of({{"[UNK]", 0}, {token, 1}}, "\"max_input_chars_per_word\": 100, "));
  CHECK_EQUAL(model->vocabulary().find(token).value(), 1U);
  CHECK(ids_of(*model, token) == (Ids{0}));
}
