#include "tokenizers/normalized_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

void NormalizedText::reset(std::string_view original, std::uint32_t first_character,
                           bool with_origins) {
  text_.assign(original);
  front_ = first_character;
  with_origins_ = with_origins;
  origins_.clear();
  if (!with_origins) {
    return;
  }
  origins_.reserve(original.size());
  Origin character = first_character;
  for (std::size_t i = 0; i < original.size(); ++i) {
    const bool continues = utf8::is_continuation(original[i]);
    if (i > 0 && !continues) {
      ++character;
    }
    origins_.push_back(character);
  }
}

void NormalizedText::reset(const NormalizedText& other, std::size_t begin, std::size_t end) {
  text_.assign(other.text_, begin, end - begin);
  with_origins_ = other.with_origins_;
  front_ = other.front_;
  origins_.clear();
  if (with_origins_) {
    origins_.assign(other.origins_.begin() + static_cast<std::ptrdiff_t>(begin),
                    other.origins_.begin() + static_cast<std::ptrdiff_t>(end));
    front_ = origins_.empty() ? front_ : origin_begin(origins_.front());
  }
}

void NormalizedText::begin_rewrite() {
  next_text_.clear();
  next_origins_.clear();
}

void NormalizedText::put(char32_t code, Origin origin) {
  utf8::append(next_text_, code);
  if (with_origins_) {
    next_origins_.resize(next_text_.size(), origin);
  }
}

void NormalizedText::put_bytes(std::string_view bytes, Origin origin) {
  next_text_.append(bytes);
  if (with_origins_) {
    next_origins_.resize(next_text_.size(), origin);
  }
}

void NormalizedText::keep(std::size_t begin, std::size_t end) {
  next_text_.append(text_, begin, end - begin);
  if (with_origins_) {
    next_origins_.insert(next_origins_.end(), origins_.begin() + static_cast<std::ptrdiff_t>(begin),
                         origins_.begin() + static_cast<std::ptrdiff_t>(end));
  }
}

void NormalizedText::set_last_origin(std::size_t bytes, Origin origin) {
  std::fill(next_origins_.end() - static_cast<std::ptrdiff_t>(bytes), next_origins_.end(), origin);
}

void NormalizedText::commit() noexcept {
  text_.swap(next_text_);
  origins_.swap(next_origins_);
}

void NormalizedText::shrink() {
  constexpr std::size_t kKept = std::size_t{1} << 22U;
  if (text_.capacity() + next_text_.capacity() > kKept) {
    *this = NormalizedText();
  }
}

}  // namespace onnxformers::tokenizers
