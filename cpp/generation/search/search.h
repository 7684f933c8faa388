#pragma once

#include <cstddef>
#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"
#include "generation/stopping.h"
#include "generation/streamer.h"

namespace onnxformers::generation {

/// All that a search works with. The caller keeps it alive.
struct SearchParts {
  StepModel* model = nullptr;  ///< nullptr where somebody else runs it
  const Options& options;
  const LogitsProcessors& processors;
  const LogitsProcessors& warpers;  ///< applied after the processors when tokens are drawn
  const StoppingCriteria& stopping;
  Streamer* streamer = nullptr;
  StepModel* draft = nullptr;  ///< a smaller model that guesses tokens, for assisted generation
};

/// Recorded with return_dict_in_generate.
struct StepRecord {
  std::vector<float> scores;  ///< after processors, row-major
  std::vector<float> logits;  ///< before
};

struct SearchResult {
  std::vector<Tokens> sequences{};  ///< prompt included, of equal length, filled with pad_token_id
  std::vector<float> sequence_scores{};                  ///< of beams
  std::vector<std::vector<std::size_t>> beam_indices{};  ///< of beams: the parent of each step
  std::vector<StepRecord> steps{};
};

/// A search. `prompts` are those of the (decoder's) user: num_return_sequences and num_beams repeat
/// them here.
/// Greedy search, or sampling with do_sample.
SearchResult row_search(const SearchParts& parts, const Prompts& prompts);
/// With penalty_alpha and top_k; needs a model that gives its vectors.
SearchResult contrastive_search(const SearchParts& parts, const Prompts& prompts);
/// With a draft or prompt_lookup_num_tokens: greedy search or sampling of one row in fewer steps.
SearchResult assisted_search(const SearchParts& parts, const Prompts& prompts);
/// Also with groups of beams, forced words, and drawn.
SearchResult beam_search(const SearchParts& parts, const Prompts& prompts);

/// The one that the options ask for, as Python transformers chooses.
/// Throws InvalidArgument for options that contradict each other.
SearchResult search(const SearchParts& parts, const Prompts& prompts);

/// Throws InvalidArgument like `search`, and where that would be another one than `row_search`.
void check_row_search(const SearchParts& parts, const Prompts& prompts);

}  // namespace onnxformers::generation
