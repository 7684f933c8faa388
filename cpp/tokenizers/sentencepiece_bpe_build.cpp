// What SentencePieceBpePipeline is made for, and of.

#include <algorithm>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "tokenizers/sentencepiece_bpe_pipeline.h"

namespace onnxformers::tokenizers {

static_assert(SpannedToken::kMostCharacters < BpeBacktracker::kMaxTokenBytes);

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
    if (bytes.size() > SpannedToken::kMostCharacters) {
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
    if (utf8::is_continuation(static_cast<char>(byte)) || (fuses && byte != ' ')) {
      pairs.set_all_before(static_cast<unsigned char>(byte), true);
    }
  }
  if (layout_.splits) {
    pairs.set_all_before(' ', false);
  }
  pairs_ = BytePairs(std::move(pairs));
}

}  // namespace onnxformers::tokenizers
