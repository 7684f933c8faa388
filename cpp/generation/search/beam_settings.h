#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "generation/options.h"
#include "generation/search/constraints.h"

namespace onnxformers::generation {

enum class EarlyStopping : std::uint8_t {
  No,     ///< stop when no better one is to be expected
  Yes,    ///< stop as soon as there are enough
  Never,  ///< stop when no better one is possible
};

/// What a search with beams reads of its options.
struct BeamSettings {
  BeamSettings(const Options& options, std::size_t prompt_length);

  /// Of each prompt.
  [[nodiscard]] std::size_t all_beams() const { return beams * groups; }
  /// How many candidates a group looks at: enough to go on when some of them end the sequence.
  [[nodiscard]] std::size_t candidates() const;
  /// The token behind sequences that have ended; throws InvalidArgument when there is none.
  [[nodiscard]] Token pad_or_fail() const;

  std::size_t groups;
  std::size_t beams;     ///< of each group
  std::size_t returned;  ///< sequences of each prompt
  double length_penalty;
  EarlyStopping early_stopping;
  std::size_t prompt_length;
  std::size_t max_length;
  float diversity_penalty;
  Tokens eos;
  std::optional<Token> pad;
  Constraints constraints;
};

}  // namespace onnxformers::generation
