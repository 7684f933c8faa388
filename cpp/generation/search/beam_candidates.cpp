#include "generation/search/beam_candidates.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace onnxformers::generation {

BeamCandidates::BeamCandidates(const SearchParts& parts)
    : warpers_(parts.warpers),
      is_drawn_(parts.options.flag("do_sample", false)),
      uniform_(parts.options, parts.options.count("num_beams", 1).value_or(1)) {}

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
  add_noise(rows, first_row, step);
  const Logits noisy{noisy_.data(), rows.rows, rows.vocab_size, rows.vocab_size};
  top_candidates(noisy, beams, count, found_);
  for (Candidate& candidate : found_) {
    candidate.score =
        rows.row(candidate.row)[static_cast<std::size_t>(candidate.token)] + beams[candidate.row];
  }
  std::ranges::stable_sort(found_, std::ranges::greater{}, &Candidate::score);
  return found_;
}

void BeamCandidates::add_noise(const Logits& rows, std::size_t first_row, std::size_t step) {
  noisy_.clear();
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    for (std::size_t token = 0; token < row.size(); ++token) {
      if (row[token] == -std::numeric_limits<float>::infinity()) {
        noisy_.push_back(row[token]);
        continue;
      }
      // Above 0, so that both logarithms are finite.
      const double uniform = std::max(0x1p-54, uniform_(first_row + i, step, token));
      noisy_.push_back(row[token] - static_cast<float>(std::log(-std::log(uniform))));
    }
  }
}

}  // namespace onnxformers::generation
