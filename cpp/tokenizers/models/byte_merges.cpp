#include "tokenizers/models/byte_merges.h"

#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

ByteMerges::ByteMerges(const BpeMerges& merges, const std::array<std::uint32_t, 256>& tokens)
    : merges_(merges), tokens_(tokens) {
  ranks_.reserve(tokens.size() * tokens.size());
  for (const std::uint32_t left : tokens) {
    for (const std::uint32_t right : tokens) {
      ranks_.push_back(merges.rank(left, right));
    }
  }
}

void ByteMerges::append_ids(std::string_view piece, std::vector<std::uint32_t>& ids) const {
  const auto put = [&](std::uint32_t id, std::size_t, std::size_t) { ids.push_back(id); };
  if (piece.size() > kShortBpeWord) {
    static thread_local std::vector<std::uint32_t> symbols;
    symbols.clear();
    for (const char byte : piece) {
      symbols.push_back(tokens_[static_cast<unsigned char>(byte)]);
    }
    merge_bpe_word(merges_, symbols, put);
    return;
  }
  std::array<std::uint32_t, kShortBpeWord> symbols;  // NOLINT: written before it is read
  for (std::size_t i = 0; i < piece.size(); ++i) {
    symbols[i] = tokens_[static_cast<unsigned char>(piece[i])];
  }
  ShortBpeWord word(merges_);
  word.start(std::span(symbols).first(piece.size()), [&](std::size_t i) {
    return ranks_[(static_cast<unsigned char>(piece[i]) * std::size_t{256}) +
                  static_cast<unsigned char>(piece[i + 1])];
  });
  word.merge();
  word.for_each(put);
}

}  // namespace onnxformers::tokenizers
