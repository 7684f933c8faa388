#include "generation/sequences.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace onnxformers::generation {

Sequences::Sequences(const Prompts& prompts, std::size_t capacity)
    : rows_(prompts.rows),
      length_(prompts.length),
      prompt_length_(prompts.length),
      capacity_(std::max(capacity, prompts.length)),
      prompts_(rows_),
      tokens_(rows_ * capacity_) {
  std::iota(prompts_.begin(), prompts_.end(), std::size_t{0});
  for (std::size_t i = 0; i < rows_; ++i) {
    const auto prompt = prompts.ids.subspan(i * length_, length_);
    std::ranges::copy(prompt, tokens_.begin() + static_cast<std::ptrdiff_t>(i * capacity_));
  }
}

Sequences Sequences::slice(std::size_t first, std::size_t count) const {
  Sequences part;
  part.rows_ = count;
  part.length_ = part.capacity_ = length_;
  part.prompt_length_ = prompt_length_;
  for (std::size_t i = first; i < first + count; ++i) {
    part.prompts_.push_back(prompts_[i]);
    part.tokens_.insert(part.tokens_.end(), row(i).begin(), row(i).end());
  }
  return part;
}

void Sequences::repeat(std::size_t times) {
  std::vector<std::size_t> parents(rows_ * times);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    parents[i] = i / times;
  }
  select(parents);
}

void Sequences::append(std::span<const Token> tokens) {
  if (length_ == capacity_) {
    grow();
  }
  for (std::size_t i = 0; i < rows_; ++i) {
    tokens_[(i * capacity_) + length_] = tokens[i];
  }
  ++length_;
}

void Sequences::select(std::span<const std::size_t> parents) {
  scratch_.resize(parents.size() * capacity_);
  selected_.resize(parents.size());
  for (std::size_t i = 0; i < parents.size(); ++i) {
    std::ranges::copy(row(parents[i]),
                      scratch_.begin() + static_cast<std::ptrdiff_t>(i * capacity_));
    selected_[i] = prompts_[parents[i]];
  }
  std::swap(tokens_, scratch_);
  std::swap(prompts_, selected_);
  rows_ = parents.size();
}

void Sequences::grow() {
  const std::size_t wider = (2 * capacity_) + 1;
  std::vector<Token> tokens(rows_ * wider);
  for (std::size_t i = 0; i < rows_; ++i) {
    std::ranges::copy(row(i), tokens.begin() + static_cast<std::ptrdiff_t>(i * wider));
  }
  tokens_ = std::move(tokens);
  capacity_ = wider;
}

}  // namespace onnxformers::generation
