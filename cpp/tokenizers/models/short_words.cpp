#include "tokenizers/models/short_words.h"

#include <algorithm>

namespace onnxformers::tokenizers {

ShortWords::ShortWords(const Entries& entries) : seed_(hash_seed()) {
  constexpr std::size_t kShare = 4;  // of entries, for a line
  std::vector<Line> lines((entries.size() / kShare) + 1);
  for (const auto& [text, id] : entries) {
    if (text.empty() || text.size() > ShortWord::kMaxBytes) {
      continue;
    }
    const ShortWord word = load(text);
    Line& line = lines[line_of(word, lines.size())];
    const auto free = std::ranges::find(line.ids_and_lengths, 0U);
    if (free == line.ids_and_lengths.end()) {
      continue;
    }
    const auto slot = static_cast<std::size_t>(free - line.ids_and_lengths.begin());
    line.lows[slot] = word.low;
    line.highs[slot] = word.high;
    line.ids_and_lengths[slot] = static_cast<std::uint32_t>(id) | word.length << kLengthShift;
  }
  lines_ = std::move(lines);
}

}  // namespace onnxformers::tokenizers
