// Beam search, diverse beam search (groups of beams) and sampling of beams.
// Source: Python transformers 4.46.3, GenerationMixin._beam_search and _group_beam_search.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/errors.h"
#include "generation/random.h"
#include "generation/sampling.h"
#include "generation/search/beam_group.h"
#include "generation/search/record.h"
#include "generation/search/repeated_logits.h"
#include "generation/search/search.h"

namespace onnxformers::generation {

namespace {

constexpr float kUnlikely = -1e9F;  // of beams that would repeat the first one

BeamSettings settings_of(const SearchParts& parts, const Prompts& prompts, std::size_t groups) {
  const Options& options = parts.options;
  BeamSettings settings{
      .beams = options.count("num_beams", 1).value_or(1) / groups,
      .length_penalty = options.number("length_penalty").value_or(1.0),
      .prompt_length = prompts.length,
      .max_length = options.count("max_length").value_or(0),
  };
  if (!options.is_text("early_stopping")) {
    settings.early_stopping =
        options.flag("early_stopping", false) ? EarlyStopping::Yes : EarlyStopping::No;
  } else if (options.text("early_stopping") == "never") {
    settings.early_stopping = EarlyStopping::Never;
  } else {
    fail(ErrorKind::InvalidArgument, "generate",
         R"(early_stopping must be True, False or "never")");
  }
  return settings;
}

class BeamSearch {
 public:
  BeamSearch(const SearchParts& parts, const Prompts& prompts)
      : parts_(parts),
        num_groups_(parts.options.count("num_beam_groups", 1).value_or(1)),
        settings_(settings_of(parts, prompts, num_groups_)),
        beams_(settings_.beams * num_groups_),
        eos_(parts.options.tokens("eos_token_id")),
        pad_(parts.options.integer("pad_token_id")),
        diversity_(static_cast<float>(parts.options.number("diversity_penalty").value_or(0))),
        is_sampling_(parts.options.flag("do_sample", false)),
        seed_(static_cast<std::uint64_t>(parts.options.integer("seed").value_or(0))),
        sequences_(prompts, settings_.max_length),
        scores_(prompts.rows * beams_, kUnlikely),
        done_(scores_.size()),
        recorder_(parts.options) {
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
    const RepeatedLogits first(parts_.model.admit(prompts), beams_);
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
      logits = parts_.model.step(next_.tokens, next_.parents);
    }
  }

 private:
  /// One token for every beam.
  void advance(const Logits& logits) {
    recorder_.begin(logits);
    for (std::size_t i = 0; i < logits.rows; ++i) {
      log_softmax_in_place(logits.row(i));
    }
    if (num_groups_ == 1) {
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
      group.pad(pad_or_fail(), next_);
      return;
    }
    const std::size_t first = group.first_row();
    const Logits rows{logits.row(first).data(), settings_.beams, logits.vocab_size, logits.stride};
    if (num_groups_ > 1) {
      diversify(index, rows);
      process_group(first, rows);
    }
    const std::span<const float> scores(scores_.data() + first, settings_.beams);
    const std::size_t count = std::max<std::size_t>(2, 1 + eos_.size()) * settings_.beams;
    if (is_sampling_) {
      draw_candidates(first, rows, scores, count);
    } else {
      top_candidates(rows, scores, count, candidates_);
    }
    group.advance(candidates_, sequences_, eos_, paths_, next_);
  }

  /// Makes tokens less likely that groups of the same prompt before this one have just chosen.
  /// Source: transformers 4.46.3, HammingDiversityLogitsProcessor.
  void diversify(std::size_t index, const Logits& rows) const {
    const std::size_t first = (index / num_groups_) * beams_;
    for (std::size_t other = first; other < groups_[index].first_row(); ++other) {
      for (std::size_t i = 0; i < rows.rows; ++i) {
        rows.row(i)[static_cast<std::size_t>(next_.tokens[other])] -= diversity_;
      }
    }
  }

  void process_group(std::size_t first, const Logits& rows) const {
    std::vector<std::size_t> own(rows.rows);
    for (std::size_t i = 0; i < own.size(); ++i) {
      own[i] = first + i;
    }
    Sequences sequences = sequences_;
    sequences.select(own);
    process_all(parts_.processors, sequences, rows);
  }

  /// Draws without replacement: the highest of log-probability plus Gumbel noise.
  /// Source: Kool et al., "Stochastic beams and where to find them", ICML 2019.
  void draw_candidates(std::size_t first, const Logits& rows, std::span<const float> scores,
                       std::size_t count) {
    process_rows_of_warpers(rows);
    noisy_.assign(rows.rows * rows.vocab_size, 0);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      const auto row = rows.row(i);
      for (std::size_t token = 0; token < row.size(); ++token) {
        if (row[token] == -std::numeric_limits<float>::infinity()) {
          noisy_[(i * row.size()) + token] = row[token];
          continue;
        }
        const double uniform = random_number(seed_, first + i, static_cast<std::uint32_t>(step_),
                                             static_cast<std::uint32_t>(token));
        // In (0, 1), so that both logarithms are finite.
        constexpr double kHalfStep = 0x1p-54;
        noisy_[(i * row.size()) + token] =
            row[token] - static_cast<float>(std::log(-std::log(uniform + kHalfStep)));
      }
    }
    const Logits noisy{noisy_.data(), rows.rows, rows.vocab_size, rows.vocab_size};
    top_candidates(noisy, scores, count, candidates_);
    for (Candidate& candidate : candidates_) {
      candidate.score = rows.row(candidate.row)[static_cast<std::size_t>(candidate.token)] +
                        scores[candidate.row];
    }
    std::ranges::stable_sort(candidates_, std::ranges::greater{}, &Candidate::score);
  }

  void process_rows_of_warpers(const Logits& rows) const {
    for (const auto& warper : parts_.warpers) {
      for (std::size_t i = 0; i < rows.rows; ++i) {
        warper->process({}, rows.row(i));
      }
    }
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
      criterion->check(sequences_, logits, done_);
    }
    return std::ranges::all_of(done_, [](char row) { return row != 0; });
  }

  SearchResult finish() {
    const std::size_t wanted = parts_.options.count("num_return_sequences", 1).value_or(1);
    std::vector<Hypothesis> best;
    for (std::size_t i = 0; i < groups_.size(); i += num_groups_) {
      std::vector<Hypothesis> all;
      for (std::size_t j = i; j < i + num_groups_; ++j) {
        groups_[j].close(sequences_, scores_, paths_);
        std::ranges::move(groups_[j].hypotheses(), std::back_inserter(all));
      }
      // Of equal ones the youngest comes first.
      std::ranges::reverse(all);
      std::ranges::stable_sort(all, std::ranges::greater{}, &Hypothesis::score);
      all.resize(wanted);
      std::ranges::move(all, std::back_inserter(best));
    }
    return laid_out(std::move(best));
  }

  /// Rows of one length: the end token closes those that have room for it, padding follows.
  SearchResult laid_out(std::vector<Hypothesis> best) {
    std::size_t longest = 0;
    for (const Hypothesis& hypothesis : best) {
      longest = std::max(longest, hypothesis.tokens.size());
    }
    // Without an end token nothing closes a sequence.
    const std::size_t width = eos_.empty() ? longest : std::min(longest + 1, settings_.max_length);
    SearchResult result = recorder_.result();
    for (Hypothesis& hypothesis : best) {
      if (hypothesis.tokens.size() < width && !eos_.empty()) {
        hypothesis.tokens.push_back(eos_.front());
      }
      if (hypothesis.tokens.size() < width) {
        hypothesis.tokens.resize(width, pad_or_fail());
      }
      result.sequences.push_back(std::move(hypothesis.tokens));
      result.sequence_scores.push_back(static_cast<float>(hypothesis.score));
      result.beam_indices.push_back(std::move(hypothesis.path));
    }
    return result;
  }

  [[nodiscard]] Token pad_or_fail() const {
    if (!pad_) {
      fail(ErrorKind::InvalidArgument, "generate",
           "sequences end at different lengths, and there is no pad_token_id; give one");
    }
    return *pad_;
  }

  const SearchParts& parts_;
  std::size_t num_groups_;
  BeamSettings settings_;
  std::size_t beams_;  ///< of each prompt
  Tokens eos_;
  std::optional<Token> pad_;
  float diversity_;
  bool is_sampling_;
  std::uint64_t seed_;
  std::size_t step_ = 0;
  Sequences sequences_;
  std::vector<float> scores_;
  std::vector<char> done_;
  Recorder recorder_;
  std::vector<BeamGroup> groups_;
  NextBeams next_;
  std::vector<Candidate> candidates_;
  std::vector<float> noisy_;
  std::vector<std::vector<std::size_t>> paths_;  ///< recorded with return_dict_in_generate
};

}  // namespace

SearchResult beam_search(const SearchParts& parts, const Prompts& prompts) {
  return BeamSearch(parts, prompts).run(prompts);
}

}  // namespace onnxformers::generation
