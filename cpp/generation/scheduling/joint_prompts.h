#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// Prompts of several requests as one: padded at the left to the longest.
class JointPrompts {
 public:
  explicit JointPrompts(std::span<const Prompts> parts);

  [[nodiscard]] Prompts view() const {
    return {.ids = ids_, .mask = mask_, .rows = rows_, .length = length_};
  }

 private:
  void place(const Prompts& part, std::size_t first_row);

  std::size_t rows_ = 0;
  std::size_t length_ = 0;
  std::vector<Token> ids_;
  std::vector<std::int64_t> mask_;
};

/// How many of these, from the first on, are best read as one: padding must not cost more than
/// what a run costs whatever it reads. At least 1.
/// @param prompts by length, shortest first.
std::size_t joint_count(std::span<const Prompts> prompts);

}  // namespace onnxformers::generation
