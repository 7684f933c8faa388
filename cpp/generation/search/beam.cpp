// Beam search, diverse beam search (groups of beams), constrained beam search and sampling of
// beams. Source: Python transformers 4.46.3, GenerationMixin._beam_search, _group_beam_search and
// _constrained_beam_search.

#include <algorithm>
#include <utility>

#include "generation/sampling.h"
#include "generation/search/beam_candidates.h"
#include "generation/search/beam_constraints.h"
#include "generation/search/beam_result.h"
#include "generation/search/repeated_logits.h"
#include "generation/search/search.h"

namespace onnxformers::generation {

namespace {

constexpr float kUnlikely = -1e9F;  // of beams that would repeat the first one

class BeamSearch {
 public:
  BeamSearch(const SearchParts& parts, const Prompts& prompts)
      : parts_(parts),
        settings_(parts.options, prompts.length),
        beams_(settings_.all_beams()),
        sequences_(prompts, settings_.max_length),
        scores_(prompts.rows * beams_, kUnlikely),
        done_(scores_.size()),
        candidates_(parts),
        recorder_(parts.options),
        is_plain_(parts.processors.empty() && settings_.groups == 1 &&
                  settings_.constraints.empty() && !recorder_.is_on() &&
                  !parts.options.flag("do_sample", false)) {
    sequences_.repeat(beams_);
    next_.resize(scores_.size());
    for (std::size_t row = 0; row < scores_.size(); row += settings_.beams) {
      groups_.emplace_back(settings_, row);
      scores_[row] = 0;
    }
    if (recorder_.is_on()) {
      paths_.resize(scores_.size());
    }
  }

  SearchResult run(const Prompts& prompts) {
    const RepeatedLogits first(parts_.model->admit(prompts), beams_);
    Logits logits = first.view();
    for (step_ = 0;; ++step_) {
      advance(logits);
      if (is_over(logits)) {
        return finish();
      }
      if (step_ == 0) {
        // The model has read each prompt once.
        for (std::size_t& parent : next_.parents) {
          parent /= beams_;
        }
      }
      logits = parts_.model->step(next_.tokens, next_.parents);
    }
  }

 private:
  /// One token for every beam.
  void advance(const Logits& logits) {
    recorder_.begin(logits);
    for (std::size_t i = 0; !is_plain_ && i < logits.rows; ++i) {
      log_softmax_in_place(logits.row(i));
    }
    if (settings_.groups == 1) {
      process_all(parts_.processors, sequences_, logits);
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      advance_group(i, logits);
    }
    recorder_.end(logits);
    follow_paths();
    sequences_.select(next_.parents);
    sequences_.append(next_.tokens);
    std::swap(scores_, next_.scores);
  }

  void advance_group(std::size_t index, const Logits& logits) {
    BeamGroup& group = groups_[index];
    if (group.is_done()) {
      group.pad(settings_.pad_or_fail(), next_);
      return;
    }
    const std::size_t first = group.first_row();
    const Logits rows{.data = logits.row(first).data(),
                      .rows = settings_.beams,
                      .vocab_size = logits.vocab_size,
                      .stride = logits.stride};
    if (settings_.groups > 1) {
      diversify(index, rows);
      process_group(first, rows);
    }
    std::span<const float> scores(scores_.data() + first, settings_.beams);
    if (is_plain_) {
      group.advance(candidates_.find_best(rows, scores, settings_.candidates()), sequences_,
                    settings_.eos, paths_, next_);
      return;
    }
    if (!settings_.constraints.empty()) {
      add_scores(std::exchange(scores, {}), rows);
    }
    group.advance(candidates_.find(rows, scores, settings_.candidates(), first, step_), sequences_,
                  settings_.eos, paths_, next_);
    if (!settings_.constraints.empty()) {
      advance_constraints(settings_.constraints, sequences_, rows, first, next_);
    }
  }

  static void add_scores(std::span<const float> scores, const Logits& rows) {
    for (std::size_t i = 0; i < rows.rows; ++i) {
      for (float& score : rows.row(i)) {
        score += scores[i];
      }
    }
  }

  /// Makes tokens less likely that groups of the same prompt before this one have just chosen.
  /// Source: transformers 4.46.3, HammingDiversityLogitsProcessor.
  void diversify(std::size_t index, const Logits& rows) const {
    const std::size_t first = (index / settings_.groups) * beams_;
    std::vector<Token> chosen(
        next_.tokens.begin() + static_cast<std::ptrdiff_t>(first),
        next_.tokens.begin() + static_cast<std::ptrdiff_t>(groups_[index].first_row()));
    std::ranges::sort(chosen);
    for (auto token = chosen.begin(); token != chosen.end();) {
      const auto next = std::upper_bound(token, chosen.end(), *token);
      const float penalty = settings_.diversity_penalty * static_cast<float>(next - token);
      for (std::size_t i = 0; i < rows.rows; ++i) {
        rows.row(i)[static_cast<std::size_t>(*token)] -= penalty;
      }
      token = next;
    }
  }

  void process_group(std::size_t first, const Logits& rows) const {
    if (parts_.processors.empty()) {
      return;
    }
    process_all(parts_.processors, sequences_.slice(first, rows.rows), rows);
  }

  void follow_paths() {
    if (paths_.empty()) {
      return;
    }
    std::vector<std::vector<std::size_t>> paths(paths_.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
      paths[i] = paths_[next_.parents[i]];
      paths[i].push_back(next_.parents[i]);
    }
    paths_ = std::move(paths);
  }

  bool is_over(const Logits& logits) {
    if (std::ranges::all_of(groups_, &BeamGroup::is_done)) {
      return true;
    }
    std::ranges::fill(done_, 0);
    for (const auto& criterion : parts_.stopping) {
      criterion->check(sequences_, is_plain_ ? Logits{} : logits, done_);
    }
    return std::ranges::all_of(done_, [](char row) { return row != 0; });
  }

  SearchResult finish() {
    for (BeamGroup& group : groups_) {
      group.close(sequences_, scores_, paths_);
    }
    return beam_result(settings_, groups_, recorder_);
  }

  const SearchParts& parts_;
  BeamSettings settings_;
  std::size_t beams_;  ///< of each prompt
  std::size_t step_ = 0;
  Sequences sequences_;
  std::vector<float> scores_;  ///< of the beams
  std::vector<char> done_;
  BeamCandidates candidates_;
  Recorder recorder_;
  bool is_plain_;  ///< whether nothing sees all log-probabilities: then they are not written
  std::vector<BeamGroup> groups_;
  NextBeams next_;
  std::vector<std::vector<std::size_t>> paths_;  ///< recorded with return_dict_in_generate
};

}  // namespace

SearchResult beam_search(const SearchParts& parts, const Prompts& prompts) {
  return BeamSearch(parts, prompts).run(prompts);
}

}  // namespace onnxformers::generation
