#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "check.h"
#include "tokenizers/models/unigram.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

using Ids = std::vector<std::uint32_t>;

struct Piece {
  std::string text;
  double score;
};

std::unique_ptr<Unigram> make(const std::vector<Piece>& pieces, const Unigram::Options& options) {
  std::vector<std::string_view> texts;
  std::vector<double> scores;
  for (const Piece& piece : pieces) {
    texts.emplace_back(piece.text);
    scores.push_back(piece.score);
  }
  return std::make_unique<Unigram>(Vocabulary::of_tokens(texts), PieceTrie(texts, scores), scores,
                                   options);
}

Ids ids_of(const Model& model, std::string_view word) {
  Ids ids;
  model.append_ids(word, ids);
  return ids;
}

/// The definition for words of single bytes: every substring that could be a piece is looked up.
Ids slow_ids(const std::vector<Piece>& pieces, const std::string& word) {
  std::map<std::string, std::uint32_t> ids;
  double lowest = pieces.front().score;
  std::size_t longest = 1;
  for (std::uint32_t id = 0; id < pieces.size(); ++id) {
    ids[pieces[id].text] = id;
    longest = std::max(longest, pieces[id].text.size());
    lowest = std::min(lowest, pieces[id].score);
  }
  struct Cell {
    double score = -1e300;
    std::size_t begin = 0;
    std::uint32_t id = 0;
  };
  std::vector<Cell> cells(word.size() + 1);
  cells[0].score = 0;
  for (std::size_t begin = 0; begin < word.size(); ++begin) {
    for (std::size_t end = begin + 1; end <= std::min(word.size(), begin + longest); ++end) {
      const auto found = ids.find(word.substr(begin, end - begin));
      if (found == ids.end() && end > begin + 1) {
        continue;
      }
      const std::uint32_t id = found == ids.end() ? 0 : found->second;
      const double score = found == ids.end() ? lowest - 10 : pieces[id].score;
      if (cells[begin].score + score > cells[end].score) {
        cells[end] = {.score = cells[begin].score + score, .begin = begin, .id = id};
      }
    }
  }
  Ids found;
  for (std::size_t end = word.size(); end > 0; end = cells[end].begin) {
    if (cells[end].id != 0 || found.empty() || found.back() != 0) {
      found.push_back(cells[end].id);
    }
  }
  std::ranges::reverse(found);
  return found;
}

const std::vector<Piece> kPieces = {{"<u>", -1}, {"a", -2}, {"ab", -3}, {"\xE4\xB8\xAD", -4}};

}  // namespace

TEST(pieces_are_those_of_the_definition) {
  std::mt19937 random(5);
  const auto letters = [&](std::size_t most, unsigned alphabet) {
    std::string text;
    for (std::size_t length = 1 + (random() % most); length > 0; --length) {
      text.push_back(static_cast<char>('a' + (random() % alphabet)));
    }
    return text;
  };
  for (int round = 0; round < 40; ++round) {
    std::vector<Piece> pieces{{.text = "<u>", .score = -1}};
    for (int i = 0; i < 40; ++i) {
      pieces.push_back({.text = letters(5, 3), .score = -static_cast<double>(random() % 100) / 8});
    }
    const auto model = make(pieces, {.unk_id = 0});
    for (int i = 0; i < 100; ++i) {
      const std::string word = letters(20, 4);
      CHECK(ids_of(*model, word) == slow_ids(pieces, word));
    }
    // Beyond the length at which a word is searched part by part.
    const std::string word = letters(4000, 4);
    CHECK(ids_of(*model, word) == slow_ids(pieces, word));
  }
}

TEST(tokens_tell_their_place_in_the_word) {
  const auto model = make(kPieces, {.unk_id = 0});
  std::vector<WordToken> tokens;
  model->append_tokens("ab\xE4\xB8\xAD\xC3\xA9<u>xa", tokens);
  CHECK_EQUAL(tokens.size(), std::size_t{4});
  CHECK_EQUAL(tokens[1].id, 3U);
  CHECK_EQUAL(tokens[1].begin, 2U);
  CHECK_EQUAL(tokens[1].end, 5U);
  CHECK(!tokens[1].shows_text);
  CHECK_EQUAL(tokens[2].id, 0U);
  CHECK_EQUAL(tokens[2].begin, 5U);
  CHECK_EQUAL(tokens[2].end, 11U);
  CHECK(tokens[2].shows_text);
}

TEST(of_equal_sums_the_last_piece_is_the_longest) {
  const auto model = make({{"<u>", -9}, {"a", -1}, {"aa", -2}, {"b", -1}}, {.unk_id = 0});
  CHECK(ids_of(*model, "aaa") == (Ids{1, 2}));
}

TEST(bytes_stand_in_for_unknown_characters_where_all_are_tokens) {
  std::vector<Piece> pieces = kPieces;
  pieces.push_back({"<0xC3>", -9});
  CHECK(ids_of(*make(pieces, {.unk_id = 0, .byte_fallback = true}), "a\xC3\xA9") == (Ids{1, 0}));
  pieces.push_back({"<0xA9>", -9});
  CHECK(ids_of(*make(pieces, {.unk_id = 0, .byte_fallback = true}), "a\xC3\xA9") == (Ids{1, 4, 5}));
  CHECK(ids_of(*make(pieces, {.unk_id = 0}), "a\xC3\xA9") == (Ids{1, 0}));
}

TEST(without_an_unknown_token_only_unknown_characters_fail) {
  const auto model = make(kPieces, {.unk_id = std::nullopt});
  CHECK(ids_of(*model, "aab") == (Ids{1, 2}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "the model has no unk_id", ids_of(*model, "ax"));
}

TEST(a_vocabulary_may_be_empty) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "no unk_id", ids_of(*make({}, {}), "a"));
}
