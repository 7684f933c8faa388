#include "generation/search/beam_result.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace onnxformers::generation {

namespace {

/// The best of one prompt.
std::vector<Hypothesis> best_of(std::span<BeamGroup> groups, std::size_t wanted) {
  std::vector<Hypothesis> all;
  for (BeamGroup& group : groups) {
    std::ranges::move(group.hypotheses(), std::back_inserter(all));
  }
  // Of equal ones the youngest comes first.
  std::ranges::reverse(all);
  std::ranges::stable_sort(all, std::ranges::greater{}, &Hypothesis::score);
  all.resize(wanted);
  return all;
}

/// An end token closes a sequence that has room for it, padding follows.
void fill(const BeamSettings& settings, std::size_t width, Tokens& tokens) {
  if (tokens.size() < width && !settings.eos.empty()) {
    tokens.push_back(settings.eos.front());
  }
  if (tokens.size() < width) {
    tokens.resize(width, settings.pad_or_fail());
  }
}

}  // namespace

SearchResult beam_result(const BeamSettings& settings, std::span<BeamGroup> groups,
                         Recorder& recorder) {
  std::vector<Hypothesis> best;
  for (std::size_t i = 0; i < groups.size(); i += settings.groups) {
    std::ranges::move(best_of(groups.subspan(i, settings.groups), settings.returned),
                      std::back_inserter(best));
  }
  std::size_t longest = 0;
  for (const Hypothesis& hypothesis : best) {
    longest = std::max(longest, hypothesis.tokens.size());
  }
  // Without an end token nothing closes a sequence.
  const std::size_t width =
      settings.eos.empty() ? longest : std::min(longest + 1, settings.max_length);
  SearchResult result = recorder.result();
  for (Hypothesis& hypothesis : best) {
    fill(settings, width, hypothesis.tokens);
    result.sequences.push_back(std::move(hypothesis.tokens));
    result.sequence_scores.push_back(static_cast<float>(hypothesis.score));
    result.beam_indices.push_back(std::move(hypothesis.path));
  }
  return result;
}

}  // namespace onnxformers::generation
