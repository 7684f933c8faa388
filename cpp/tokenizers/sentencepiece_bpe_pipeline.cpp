#include "tokenizers/sentencepiece_bpe_pipeline.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "base/utf8.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/sentencepiece_bpe_pass.h"

namespace onnxformers::tokenizers {

namespace {

/// What the entries of a vocabulary look like in a text that still has its spaces.
class Spelling {
 public:
  /// Nothing for tokens that no text can have.
  std::string_view of(std::string_view token) {
    if (token.find(' ') != std::string_view::npos) {
      return {};
    }
    const std::size_t begin = bytes_.size();
    for (std::size_t at = 0; at < token.size();) {
      if (token.substr(at).starts_with(SentencePieceLayout::kSign)) {
        bytes_.push_back(' ');
        at += SentencePieceLayout::kSign.size();
      } else {
        bytes_.push_back(token[at++]);
      }
    }
    return std::string_view(bytes_).substr(begin);
  }
  /// @param capacity enough for all tokens: what of() gave stays where it is.
  explicit Spelling(std::size_t capacity) { bytes_.reserve(capacity); }

 private:
  std::string bytes_;
};

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

/// Whether every character becomes tokens: bytes, or the unknown token.
bool covers_all(const Bpe& model) {
  const Bpe::Options& options = model.options();
  if (!options.byte_fallback) {
    return options.unk_token && model.vocabulary().find(*options.unk_token);
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (model.characters().find_byte(static_cast<unsigned char>(byte)) == BpeCharacters::kNone) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::unique_ptr<FastPath> SentencePieceBpePipeline::try_make(const Stages& stages) {
  const auto* bpe = dynamic_cast<const Bpe*>(&stages.model);
  if (bpe == nullptr || bpe->options().ignore_merges || stages.added.has_normalized()) {
    return nullptr;
  }
  auto layout = SentencePieceLayout::recognize(stages);
  // A "▁" that were unknown could become one token with unknown characters before it.
  if (!layout || !covers_all(*bpe) ||
      bpe->characters().find(kSignCode, 0) == BpeCharacters::kNone) {
    return nullptr;
  }
  return std::unique_ptr<FastPath>(new SentencePieceBpePipeline(*bpe, *std::move(layout)));
}

void SentencePieceBpePipeline::build() {
  const auto derivations = model_.derive();
  if (!derivations) {
    return;
  }
  const Vocabulary& vocabulary = model_.vocabulary();
  Spelling spelling(vocabulary.character_bytes());
  Trie::Entries entries;
  entries.reserve(vocabulary.size());
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    if (!derivations->is_reachable(id)) {
      continue;
    }
    const std::string_view bytes = spelling.of(vocabulary.token(id).value_or(""));
    if (bytes.size() > BpeBacktracker::kMaxTokenBytes) {
      return;
    }
    if (!bytes.empty()) {
      entries.emplace_back(bytes, static_cast<std::int32_t>(id));
    }
  }
  is_able_ = true;
  add_pairs(entries);
  backtracker_.build(*derivations, entries);
  // A byte that is not found is unknown.
  const auto others = std::ranges::stable_partition(
      entries, [](const auto& entry) { return entry.first.size() == 1; });
  wholes_ = PieceTable({entries.begin(), others.begin()}, others);
}

void SentencePieceBpePipeline::add_pairs(const Trie::Entries& entries) {
  BytePairs::Builder pairs;
  for (const auto& [bytes, id] : entries) {
    pairs.add_all_of(bytes);
  }
  const Bpe::Options& options = model_.options();
  const bool fuses = options.fuse_unk && !options.byte_fallback;
  for (unsigned byte = 0; byte < 256; ++byte) {
    // Characters are whole, and unknown ones that become one token stay together.
    if (continues_character(static_cast<char>(byte)) || (fuses && byte != ' ')) {
      pairs.set_all_before(static_cast<unsigned char>(byte), true);
    }
  }
  if (layout_.splits) {
    pairs.set_all_before(' ', false);
  }
  pairs_ = BytePairs(std::move(pairs));
}

SentencePieceBpePipeline::SentencePieceBpePipeline(const Bpe& model, SentencePieceLayout layout)
    : model_(model),
      layout_(std::move(layout)),
      number_(next_owner()),
      backtracker_(model.merges()) {
  if (model.options().unk_token) {
    unk_id_ = model.vocabulary().find(*model.options().unk_token).value_or(0);
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = model.characters().find_byte(static_cast<unsigned char>(byte));
  }
}

void SentencePieceBpePipeline::visit_tables(TableArchive& archive) {
  archive(is_able_);
  pairs_.visit_tables(archive);
  backtracker_.visit_tables(archive);
  wholes_.visit_tables(archive);
}

bool SentencePieceBpePipeline::leaves_to_stages(std::string_view text) const {
  return !is_able_ || std::ranges::any_of(layout_.others, [&](const std::string& other) {
    return text.find(other) != std::string_view::npos;
  });
}

bool SentencePieceBpePipeline::needs_space(const Input& input) const {
  switch (layout_.front) {
    case Front::AsItIs:
      return false;
    case Front::Space:
      return true;
    case Front::OneSpace:
      return input.text.front() != ' ';
    case Front::OneSpaceAtTheVeryFront:
      return input.text.front() != ' ' && input.first_character == 0;
  }
  return false;
}

std::size_t SentencePieceBpePipeline::append_merged(std::string_view part, std::size_t begin,
                                                    std::vector<std::uint32_t>& tokens) const {
  std::array<std::uint32_t, kShortBpeWord> symbols;
  std::size_t count = 0;
  std::size_t at = begin;
  while (at < part.size()) {
    const auto ones =
        static_cast<std::size_t>(std::countl_one(static_cast<unsigned char>(part[at])));
    const std::uint32_t id =
        ones == 0 ? find_ascii(part[at]) : find_character(part.substr(at, ones));
    if (id == BpeCharacters::kNone) {
      break;
    }
    symbols[count++] = id;
    at += std::max<std::size_t>(ones, 1);
  }
  merge_short_word(
      model_.merges(), std::span(symbols).first(count),
      [&](std::uint32_t id, std::size_t from, std::size_t to) {
        tokens.push_back(SpannedToken::make(id, static_cast<std::uint32_t>(to - from)));
      });
  return at;
}

std::size_t SentencePieceBpePipeline::append_known(std::string_view part, std::size_t begin,
                                                   std::vector<std::uint32_t>& tokens) const {
  if (part.size() - begin <= kShortBpeWord) {
    return append_merged(part, begin, tokens);
  }
  const std::size_t first = tokens.size();
  const std::size_t end = backtracker_.append_pieces(part, begin, tokens);
  const char* bytes = part.data() + begin;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    const std::uint32_t size = BpeBacktracker::bytes_of(tokens[i]);
    const auto inner = std::count_if(bytes, bytes + size, continues_character);
    tokens[i] = SpannedToken::make(BpeBacktracker::id_of(tokens[i]),
                                   size - static_cast<std::uint32_t>(inner));
    bytes += size;
  }
  return end;
}

bool SentencePieceBpePipeline::append_unknown(std::string_view character, bool is_behind_unknown,
                                              std::vector<std::uint32_t>& tokens) const {
  if (character == kSign) {
    return false;
  }
  if (model_.options().byte_fallback) {
    for (const char byte : character) {
      tokens.push_back(SpannedToken::make_byte(byte_ids_[static_cast<unsigned char>(byte)]));
    }
    tokens.back() = SpannedToken::make(SpannedToken(tokens.back()).id(), 1);
  } else if (is_behind_unknown && model_.options().fuse_unk) {
    const SpannedToken before(tokens.back());
    if (before.characters() == SpannedToken::kMostCharacters) {
      return false;
    }
    tokens.back() = SpannedToken::make(before.id(), before.characters() + 1);
  } else {
    tokens.push_back(SpannedToken::make(unk_id_, 1));
  }
  return true;
}

bool SentencePieceBpePipeline::encode_ids(const Input& input,
                                          std::vector<std::uint32_t>& ids) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const std::size_t before = ids.size();
  const std::string_view text = needs_space(input) ? with_space(input.text) : input.text;
  std::uint32_t next_word = 0;
  if (!Pass<false>(*this, text, 0, {.ids = &ids, .tokens = nullptr, .next_word = &next_word})
           .run(input.limit)) {
    ids.resize(before);
    return false;
  }
  return true;
}

bool SentencePieceBpePipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                                   std::uint32_t& next_word) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const Tokens::Mark before = tokens.mark();
  const bool has_space = needs_space(input);
  const std::string_view text = has_space ? with_space(input.text) : input.text;
  if (!Pass<true>(*this, text, input.first_character - (has_space ? 1 : 0),
                  {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next_word})
           .run(input.limit)) {
    tokens.cut(before);
    return false;
  }
  if (has_space && before.tokens < tokens.spans.size()) {
    // The space that was put there stands for the first character.
    CharacterSpan& span = tokens.spans[before.tokens];
    span.begin = input.first_character;
    span.end = std::max(span.end, span.begin + 1);
  }
  return true;
}

}  // namespace onnxformers::tokenizers
