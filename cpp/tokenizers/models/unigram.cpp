#include "tokenizers/models/unigram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/cpu.h"
#include "base/errors.h"
#include "base/parallel.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

constexpr double kUnknownPenalty = 10;

// Keeps sums finite, and so comparable, for any text. Published scores are above -30.
constexpr double kHighestScore = 1e200;

// Bounds the time for a character of the text.
constexpr std::size_t kMaxPieceBytes = 1024;

// A second thread pays from here on.
constexpr std::size_t kManyPieces = std::size_t{1} << 14U;

// Bounds the trie.
constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

/// What an encoding needs, kept by each thread from word to word.
struct Scratch {
  std::vector<PieceTrie::Code> codes;
  std::vector<std::uint32_t> starts;  // of the characters, in bytes; one more for the end
  UnigramSearch search;
};

Scratch& thread_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

void shrink(Scratch& scratch) {
  constexpr std::size_t kKept = std::size_t{1} << 16U;
  if (scratch.codes.capacity() > kKept) {
    scratch = Scratch();
  }
}

struct Pieces {
  std::vector<std::string_view> texts;
  std::vector<double> scores;
};

void read_piece(const Field& vocab, std::size_t index, Pieces& pieces) {
  const json::Value entry = vocab.value().element(index);
  // The path is only put together for the message.
  if (entry.type() != json::Type::Array || entry.size() != 2 ||
      entry.element(0).type() != json::Type::String ||
      (entry.element(1).type() != json::Type::Number &&
       entry.element(1).type() != json::Type::Integer)) {
    vocab.element(index).fail("expected a piece and its score");
  }
  const std::string_view piece = entry.element(0).as_string(vocab.path());
  const double score = entry.element(1).as_number(vocab.path());
  if (piece.size() > kMaxPieceBytes) {
    vocab.element(index).fail("the piece has " + std::to_string(piece.size()) + " bytes, at most " +
                              std::to_string(kMaxPieceBytes) + " are accepted");
  }
  if (!(std::abs(score) <= kHighestScore)) {
    vocab.element(index).fail("the score is beyond 1e200");
  }
  pieces.texts.push_back(piece);
  pieces.scores.push_back(score);
}

Pieces read_pieces(const Field& vocab) {
  const std::size_t size = vocab.expect(json::Type::Array).size();
  if (size > static_cast<std::size_t>(kMaxTokenId)) {
    vocab.fail("there are " + std::to_string(size) + " pieces, at most " +
               std::to_string(kMaxTokenId) + " are accepted");
  }
  Pieces pieces;
  pieces.texts.reserve(size);
  pieces.scores.reserve(size);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < size; ++i) {
    read_piece(vocab, i, pieces);
    bytes += pieces.texts.back().size();
  }
  if (bytes > kMaxBytes) {
    vocab.fail("the pieces have " + std::to_string(bytes) + " bytes, at most " +
               std::to_string(kMaxBytes) + " are accepted");
  }
  return pieces;
}

double unknown_score(std::span<const double> scores) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const double score : scores) {
    lowest = std::min(lowest, score);
  }
  return lowest - kUnknownPenalty;
}

}  // namespace

std::unique_ptr<Model> Unigram::from_json(const Field& field) {
  const Field vocab = field.member("vocab");
  const Pieces pieces = read_pieces(vocab);
  Options options;
  options.byte_fallback = field.bool_or("byte_fallback", false);
  if (const auto unk_id = field.find("unk_id")) {
    options.unk_id = unk_id->as_token_id();
    if (*options.unk_id >= pieces.texts.size()) {
      unk_id->fail("there is no piece " + std::to_string(*options.unk_id) + ", model.vocab has " +
                   std::to_string(pieces.texts.size()));
    }
  }
  Vocabulary vocabulary;
  PieceTrie trie;
  const unsigned threads = pieces.texts.size() < kManyPieces ? 1 : brief_threads();
  call_both(
      threads, [&] { trie = PieceTrie(pieces.texts, pieces.scores); },
      [&] { vocabulary = Vocabulary::of_tokens(pieces.texts); });
  return std::make_unique<Unigram>(std::move(vocabulary), std::move(trie), pieces.scores, options);
}

Unigram::Unigram(Vocabulary vocabulary, PieceTrie pieces, std::span<const double> scores,
                 const Options& options)
    : Model(std::move(vocabulary)),
      pieces_(std::move(pieces)),
      options_(options),
      unknown_{.score = unknown_score(scores), .is_token = options.unk_id.has_value()} {
  if (options.byte_fallback) {
    find_bytes();
  }
}

void Unigram::visit_tables(TableArchive& archive) {
  Model::visit_tables(archive);
  pieces_.visit_tables(archive);
  archive(options_.unk_id);
  archive(options_.byte_fallback);
  archive(unknown_.score);
  archive(unknown_.is_token);
  archive(byte_ids_);
}

void Unigram::find_bytes() {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const std::array<char, 6> piece = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    byte_ids_.push_back(vocabulary().find({piece.data(), piece.size()}).value_or(kNoToken));
  }
}

bool Unigram::has_all_bytes(std::string_view run) const noexcept {
  return !byte_ids_.empty() && std::ranges::all_of(run, [&](char byte) {
    return byte_ids_[static_cast<unsigned char>(byte)] != kNoToken;
  });
}

template <typename Put>
void Unigram::encode(std::string_view word, Put put) const {
  Scratch& scratch = thread_scratch();
  scratch.codes.clear();
  scratch.starts.clear();
  for (std::size_t i = 0; i < word.size();) {
    const auto [character, length] = utf8::decode(word, i);
    scratch.codes.push_back(pieces_.code(character));
    scratch.starts.push_back(static_cast<std::uint32_t>(i));
    i += length;
  }
  scratch.starts.push_back(static_cast<std::uint32_t>(word.size()));
  segment(scratch.codes, scratch.search, [&](const Part& part) {
    const std::uint32_t begin = scratch.starts[part.begin];
    const std::uint32_t end = scratch.starts[part.end];
    if (!part.is_unknown) {
      put(part.id, false, begin, end);
      return;
    }
    resolve(word.substr(begin, end - begin),
            [&](std::uint32_t id, bool shows_text) { put(id, shows_text, begin, end); });
  });
  shrink(scratch);
}

void Unigram::append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
  encode(word, [&](std::uint32_t id, bool, std::uint32_t, std::uint32_t) { ids.push_back(id); });
}

void Unigram::append_tokens(std::string_view word, std::vector<WordToken>& tokens) const {
  encode(word, [&](std::uint32_t id, bool shows_text, std::uint32_t begin, std::uint32_t end) {
    tokens.push_back({.id = id, .begin = begin, .end = end, .shows_text = shows_text});
  });
}

void UnigramSearch::shrink() {
  scores_ = {};
  backs_ = {};
  segments_ = {};
}

void UnigramSearch::fail_unknown() {
  fail(ErrorKind::InvalidArgument, "Unigram",
       "the text has a character that is no piece, and the model has no unk_id");
}

}  // namespace onnxformers::tokenizers
