#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

std::size_t Tokens::first_text(std::size_t index) const {
  const auto found = std::ranges::lower_bound(texts, index, {}, &IndexedText::first);
  return static_cast<std::size_t>(found - texts.begin());
}

void Tokens::append(const Tokens& other, std::size_t begin, std::size_t end) {
  for (std::size_t i = other.first_text(begin); i < other.texts.size(); ++i) {
    const auto& [index, text] = other.texts[i];
    if (index >= end) {
      break;
    }
    texts.emplace_back(ids.size() + index - begin, text);
  }
  const auto copy = [&](auto& to, const auto& from) {
    to.insert(to.end(), from.data() + begin, from.data() + end);
  };
  copy(ids, other.ids);
  if (!other.spans.empty()) {
    copy(spans, other.spans);
    copy(words, other.words);
  }
}

}  // namespace onnxformers::tokenizers
