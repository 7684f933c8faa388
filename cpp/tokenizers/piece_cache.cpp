#include "tokenizers/piece_cache.h"

#include <algorithm>
#include <cstring>

namespace onnxformers::tokenizers {

std::span<const std::uint32_t> LongPieceCache::find(std::uint32_t owner, std::string_view piece,
                                                    std::uint64_t hash) const noexcept {
  for (const Slot& slot : sets_[hash >> (64U - kSetBits)]) {
    if (slot.begin == 0 || slot.tag != static_cast<std::uint32_t>(hash)) {
      continue;
    }
    const std::uint32_t* entry = words_.data() + slot.begin;
    if (entry[0] == owner && entry[1] >> 16U == piece.size() &&
        std::memcmp(entry + kHead, piece.data(), piece.size()) == 0) {
      return {entry + kHead + words_of(piece.size()), entry[1] & 0xFFFFU};
    }
  }
  return {};
}

void LongPieceCache::add(std::uint32_t owner, std::string_view piece, std::uint64_t hash,
                         std::span<const std::uint32_t> ids) {
  const std::size_t bytes = words_of(piece.size());
  const std::size_t size = kHead + bytes + ids.size();
  if (words_.size() + size > kMostWords) {
    words_.resize(1);
    std::ranges::fill(sets_, Set());
  }
  const std::size_t begin = words_.size();
  words_.resize(begin + size);
  std::uint32_t* entry = words_.data() + begin;
  entry[0] = owner;
  entry[1] = counts(piece.size(), ids.size());
  std::memcpy(entry + kHead, piece.data(), piece.size());
  std::ranges::copy(ids, entry + kHead + bytes);
  Set& set = sets_[hash >> (64U - kSetBits)];
  std::ranges::move_backward(std::span(set).first(kWays - 1), set.end());
  set.front() = {
      .tag = static_cast<std::uint32_t>(hash),
      .begin = static_cast<std::uint32_t>(begin),
  };
}

}  // namespace onnxformers::tokenizers
