#include "generation/search/beam_candidates.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

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
  add_beams(rows, beams);
  draw_candidates(count, first_row, step);
  std::ranges::stable_sort(found_, std::ranges::greater{}, &Candidate::score);
  return found_;
}

void BeamCandidates::add_beams(const Logits& rows, std::span<const float> beams) {
  width_ = rows.vocab_size;
  left_.clear();
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (const float score : rows.row(i)) {
      left_.push_back(score + beams[i]);
    }
  }
}

void BeamCandidates::draw_candidates(std::size_t count, std::size_t first_row, std::size_t step) {
  constexpr float kForbidden = -std::numeric_limits<float>::infinity();
  const std::size_t allowed =
      left_.size() - static_cast<std::size_t>(std::ranges::count(left_, kForbidden));
  found_.clear();
  while (found_.size() < std::min(count, allowed)) {
    const auto place =
        static_cast<std::size_t>(draw(left_, uniform_(first_row, step, found_.size())));
    found_.push_back({std::exchange(left_[place], kForbidden), place / width_,
                      static_cast<Token>(place % width_)});
  }
}

}  // namespace onnxformers::generation
