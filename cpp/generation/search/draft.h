#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "generation/search/search.h"

namespace onnxformers::generation {

/// Which number of a step (see Draws) decides what.
inline constexpr std::size_t kOwnDraw = 0;    ///< the model's token, as in sampling
inline constexpr std::size_t kDraftDraw = 1;  ///< the draft's
inline constexpr std::size_t kCheckDraw = 2;  ///< whether the model takes that

/// Guesses the tokens that come next, cheaply. The model then reads all of them at once.
class Draft {
 public:
  Draft() = default;
  virtual ~Draft() = default;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  Draft(Draft&&) = delete;
  Draft& operator=(Draft&&) = delete;

  /// Before the first guess. Throws InvalidArgument when the draft does not go with the model.
  virtual void begin(const Prompts& /*prompts*/, std::size_t /*vocab_size*/) {}
  /// What may follow the only row; valid until the next guess.
  /// @param most no more than so many.
  virtual std::span<const Token> guess(const Sequences& sequences, std::size_t most) = 0;
  /// How many of the last guess the model has taken.
  virtual void learn(std::size_t /*taken*/) {}
  /// The probabilities that a guessed token was drawn from; empty when it was not drawn.
  [[nodiscard]] virtual std::span<const float> probabilities(std::size_t /*index*/) const {
    return {};
  }
};

/// Tokens that followed the same ones earlier on.
/// Source: Python transformers 4.46.3, PromptLookupCandidateGenerator.
std::unique_ptr<Draft> make_prompt_lookup(const Options& options);

/// Tokens of another model with the same vocabulary, `parts.draft`.
/// Source: Python transformers 4.46.3, AssistedCandidateGenerator.
std::unique_ptr<Draft> make_draft_model(const SearchParts& parts);

}  // namespace onnxformers::generation
