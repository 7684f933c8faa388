#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

void Tokens::append(const Tokens& other, std::size_t begin, std::size_t end) {
  const std::size_t last = other.texts.first(end);
  for (std::size_t i = other.texts.first(begin); i < last; ++i) {
    texts.add(ids.size() + other.texts.token(i) - begin, other.texts.text(i));
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
