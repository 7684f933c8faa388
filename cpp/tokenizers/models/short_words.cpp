#include "tokenizers/models/short_words.h"

#include <algorithm>

namespace onnxformers::tokenizers {

ShortWords::ShortWords(const std::vector<std::pair<std::string_view, std::int32_t>>& entries)
    : seed_(hash_seed()) {
  std::vector<Slot> slots(std::bit_ceil(std::max<std::size_t>(entries.size() * 2, 2)));
  mask_ = slots.size() - 1;
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots.size()));
  for (const auto& [text, id] : entries) {
    if (text.empty() || text.size() > ShortWord::kMaxBytes) {
      continue;
    }
    const ShortWord word = load(text);
    std::size_t slot = hash(word) >> shift_;
    while (slots[slot].id_and_length != 0) {
      slot = (slot + 1) & mask_;
    }
    slots[slot] = {
        .low = word.low,
        .high = word.high,
        .id_and_length = static_cast<std::uint32_t>(id) | word.length << kLengthShift,
    };
  }
  slots_ = std::move(slots);
}

}  // namespace onnxformers::tokenizers
