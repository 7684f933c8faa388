#include "tokenizers/sentencepiece_bpe_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "tokenizers/sentencepiece_bpe_pass.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::string_view kSign = "\xE2\x96\x81";  // ▁

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
      if (token.substr(at).starts_with(kSign)) {
        bytes_.push_back(' ');
        at += kSign.size();
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

bool has_inner_space(std::string_view token) {
  const std::size_t word = token.find_first_not_of(' ');
  return word != std::string_view::npos && token.find(' ', word) != std::string_view::npos;
}

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
      bpe->characters().find(U'\u2581', 0) == BpeCharacters::kNone) {
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
  cuts_ =
      std::ranges::none_of(entries, [](const auto& entry) { return has_inner_space(entry.first); });
  backtracker_.build(*derivations, entries);
  wholes_ = PieceTable(entries);
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
  archive(cuts_);
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

/// Where the part that begins there ends: before a space that follows another character, or, where
/// words are split, before any.
std::size_t SentencePieceBpePipeline::part_end(std::string_view text, std::size_t begin) const {
  if (!cuts_ && !layout_.splits) {
    return text.size();
  }
  std::size_t at = begin;
  if (layout_.splits) {
    ++at;
  } else {
    while (at < text.size() && text[at] == ' ') {
      ++at;
    }
  }
  const std::size_t end = text.find(' ', at);
  return end == std::string_view::npos ? text.size() : end;
}

bool SentencePieceBpePipeline::encode_ids(const Input& input,
                                          std::vector<std::uint32_t>& ids) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const std::size_t before = ids.size();
  std::uint32_t next_word = 0;
  if (!Pass<false>(*this, input, {.ids = &ids, .tokens = nullptr, .next_word = &next_word}).run()) {
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
  std::uint32_t next = next_word;
  if (!Pass<true>(*this, input, {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next})
           .run()) {
    tokens.cut(before);
    return false;
  }
  next_word = next;
  return true;
}

}  // namespace onnxformers::tokenizers
