#include "tokenizers/sentencepiece_parts.h"

#include <algorithm>

namespace onnxformers::tokenizers {

void SentencePieceBpePipeline::KeptParts::merge_words(std::span<Part* const> parts) const {
  ShortBpeWords words;
  std::array<const Part*, ShortBpeWords::kMost> of;
  std::array<std::uint32_t, kShortBpeWord> numbers;
  const auto finish = [&] {
    words.merge(pipeline_.model_.merges());
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::size_t count = 0;
      words[i].for_each([&](std::uint32_t id, std::size_t begin, std::size_t end) {
        numbers[count++] = SpannedToken::make(id, static_cast<std::uint32_t>(end - begin));
      });
      numbers[0] |= pipeline_.word_flag(of[i]->text);
      keep(*of[i], std::span(numbers).first(count));
    }
    words.clear();
  };
  for (const Part* const part : parts) {
    if (part->text.size() > kShortBpeWord || !find(*part).empty()) {
      continue;
    }
    const auto [end, count] = pipeline_.find_symbols(part->text, 0, numbers);
    if (end != part->text.size()) {
      continue;
    }
    of[words.size()] = part;
    words.add(pipeline_.model_.merges(), std::span(numbers).first(count));
    if (words.size() == ShortBpeWords::kMost) {
      finish();
    }
  }
  finish();
}

std::span<const std::uint32_t> SentencePieceBpePipeline::KeptParts::merge(const Part& part) const {
  static thread_local std::vector<std::uint32_t> tokens;
  constexpr std::size_t kKept = std::size_t{1} << 16U;
  if (tokens.capacity() > kKept) {
    tokens = {};
  }
  tokens.clear();
  if (!append_tokens(part.text, tokens)) {
    return {};
  }
  tokens.front() |= pipeline_.word_flag(part.text);
  keep(part, tokens);
  return tokens;
}

/// False where the stages have to look.
bool SentencePieceBpePipeline::KeptParts::append_tokens(std::string_view part,
                                                        std::vector<std::uint32_t>& tokens) const {
  for (std::size_t at = 0, unknown_end = 0;;) {
    const std::size_t end = pipeline_.append_known(part, at, tokens);
    if (end == part.size()) {
      return true;
    }
    if (end == BpeBacktracker::kStuck) {
      return false;
    }
    at = end + utf8::decode(part, end).length;
    const bool is_behind_unknown = end == unknown_end && end != 0;
    if (!pipeline_.append_unknown(part.substr(end, at - end), is_behind_unknown, tokens)) {
      return false;
    }
    unknown_end = at;
  }
}

void SentencePieceBpePipeline::KeptParts::keep(const Part& part,
                                               std::span<const std::uint32_t> tokens) const {
  if (part.is_short()) {
    if (tokens.size() <= PieceCache::kMaxTokens) {
      short_parts_.add(pipeline_.number_, part.piece, part.hash, tokens);
    }
  } else if (part.text.size() <= LongPieceCache::kMaxBytes) {
    LongPieceCache::get().add(pipeline_.number_, part.text, part.hash, tokens);
  }
}

}  // namespace onnxformers::tokenizers
