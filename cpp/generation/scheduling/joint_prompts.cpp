#include "generation/scheduling/joint_prompts.h"

#include <algorithm>

namespace onnxformers::generation {

JointPrompts::JointPrompts(std::span<const Prompts> parts) {
  for (const Prompts& part : parts) {
    rows_ += part.rows;
    length_ = std::max(length_, part.length);
  }
  ids_.assign(rows_ * length_, 0);
  mask_.assign(rows_ * length_, 0);
  std::size_t row = 0;
  for (const Prompts& part : parts) {
    place(part, row);
    row += part.rows;
  }
}

void JointPrompts::place(const Prompts& part, std::size_t first_row) {
  for (std::size_t i = 0; i < part.rows; ++i) {
    const auto end = static_cast<std::ptrdiff_t>((first_row + i + 1) * length_);
    const auto begin = end - static_cast<std::ptrdiff_t>(part.length);
    std::ranges::copy(part.ids.subspan(i * part.length, part.length), ids_.begin() + begin);
    if (part.mask.empty()) {
      std::fill(mask_.begin() + begin, mask_.begin() + end, 1);
    } else {
      std::ranges::copy(part.mask.subspan(i * part.length, part.length), mask_.begin() + begin);
    }
  }
}

std::size_t joint_count(std::span<const Prompts> prompts) {
  // A run over so few tokens takes about as long as over one: the weights must be read anyway.
  constexpr std::size_t kFree = 64;
  std::size_t rows = 0;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    rows += prompts[i].rows;
    tokens += prompts[i].ids.size();
    if (i != 0 && rows * prompts[i].length > tokens + (tokens / 4) + kFree) {
      return i;
    }
  }
  return prompts.size();
}

}  // namespace onnxformers::generation
