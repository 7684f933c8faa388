#include "generation/search/beam_candidates.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace onnxformers::generation {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

}  // namespace

BeamCandidates::BeamCandidates(const SearchParts& parts)
    : warpers_(parts.warpers),
      is_drawn_(parts.options.flag("do_sample", false)),
      uniform_(parts.options, parts.options.count("num_beams", 1).value_or(1)) {}

std::span<const Candidate> BeamCandidates::find_best(const Logits& logits,
                                                     std::span<const float> beams,
                                                     std::size_t count) {
  top_log_probabilities(logits, beams, count, found_);
  return found_;
}

std::span<const Candidate> BeamCandidates::find(const Logits& rows, std::span<const float> beams,
                                                std::size_t count, std::size_t first_row,
                                                std::size_t step) {
  if (!is_drawn_) {
    top_candidates(rows, beams, count, found_);
    return found_;
  }
  for (const auto& warper : warpers_) {
    for (std::size_t i = 0; i < rows.rows; ++i) {
      warper->process({}, rows.row(i));
    }
  }
  add_beams(rows, beams);
  found_.clear();
  count = std::min(count, left_.size());
  while (found_.size() < count) {
    const auto place =
        static_cast<std::size_t>(draw(left_, uniform_(first_row, step, found_.size())));
    found_.push_back({std::exchange(left_[place], kForbidden), places_[place] / rows.vocab_size,
                      static_cast<Token>(places_[place] % rows.vocab_size)});
  }
  std::ranges::stable_sort(found_, std::ranges::greater{}, &Candidate::score);
  return found_;
}

void BeamCandidates::add_beams(const Logits& rows, std::span<const float> beams) {
  left_.clear();
  places_.clear();
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    for (std::size_t token = 0; token < row.size(); ++token) {
      if (row[token] != kForbidden) {
        left_.push_back(row[token] + beams[i]);
        places_.push_back((i * row.size()) + token);
      }
    }
  }
}

}  // namespace onnxformers::generation
