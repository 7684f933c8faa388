#pragma once

#include <cstddef>
#include <cstdint>

#include "generation/options.h"

namespace onnxformers::generation {

/// The random numbers of a generation, from the options `seed` and `row_numbers`. The latter says
/// which prompts of a larger call these are, so that batches do not change what a row draws.
class Draws {
 public:
  /// @param copies rows for each prompt.
  Draws(const Options& options, std::size_t copies);

  /// A number in [0, 1), see random_number.
  /// @param row among those of this generation.
  [[nodiscard]] double operator()(std::size_t row, std::size_t step, std::size_t draw = 0) const;

 private:
  std::uint64_t seed_;
  std::size_t copies_;
  Tokens numbers_;
};

}  // namespace onnxformers::generation
