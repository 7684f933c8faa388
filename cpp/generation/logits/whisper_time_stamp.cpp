#include "generation/logits/whisper_time_stamp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

#include "generation/kernels.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

void forbid_range(std::span<float> scores, std::size_t first, std::size_t last) {
  const std::size_t end = std::min(last, scores.size());
  if (first < end) {
    std::ranges::fill(scores.subspan(first, end - first), kForbidden);
  }
}

}  // namespace

WhisperTimeStampLogitsProcessor::WhisperTimeStampLogitsProcessor(const Options& options)
    : no_timestamps_(count(options, "no_timestamps_token_id", 0)),
      end_(static_cast<std::size_t>(some_tokens(options, "eos_token_id").front())),
      begin_index_(count(options, "begin_index", 0)),
      max_initial_index_(options.count("max_initial_timestamp_index")),
      detects_(options.flag("_detect_timestamp_from_logprob", true)) {}

void WhisperTimeStampLogitsProcessor::process(std::span<const Token> tokens,
                                              std::span<float> scores) {
  const auto begin = static_cast<Token>(no_timestamps_);
  check_token(begin + 1, scores, "no_timestamps_token_id");
  scores[no_timestamps_] = kForbidden;
  pair_up(tokens.subspan(std::min(begin_index_, tokens.size())), scores);
  if (tokens.size() == begin_index_) {
    forbid_range(scores, 0, no_timestamps_ + 1);
    if (max_initial_index_) {
      forbid_range(scores, no_timestamps_ + *max_initial_index_ + 2, scores.size());
    }
  }
  if (detects_) {
    prefer_time_stamps(scores);
  }
}

void WhisperTimeStampLogitsProcessor::pair_up(std::span<const Token> sampled,
                                              std::span<float> scores) const {
  const auto first_stamp = static_cast<Token>(no_timestamps_ + 1);
  const auto is_stamp = [&](Token token) { return token >= first_stamp; };
  const bool is_last = !sampled.empty() && is_stamp(sampled.back());
  const bool is_before = sampled.size() < 2 || is_stamp(sampled[sampled.size() - 2]);
  if (is_last && is_before) {
    forbid_range(scores, no_timestamps_ + 1, scores.size());
  } else if (is_last) {
    forbid_range(scores, 0, end_);
  }
  const auto found = std::ranges::find_if(std::views::reverse(sampled), is_stamp);
  if (found != sampled.rend()) {
    // The second of a pair may repeat the first; afterwards the same moment does not come again.
    const bool may_repeat = is_last && !is_before;
    forbid_range(scores, no_timestamps_ + 1,
                 static_cast<std::size_t>(*found) + (may_repeat ? 0 : 1));
  }
}

void WhisperTimeStampLogitsProcessor::prefer_time_stamps(std::span<float> scores) const {
  const auto text = scores.first(no_timestamps_ + 1);
  const auto stamps = scores.subspan(no_timestamps_ + 1);
  const float best_text = *std::ranges::max_element(text);
  const float best_stamp = *std::ranges::max_element(stamps);
  if (best_stamp == kForbidden) {
    return;
  }
  const double together = std::log(sum_exp(stamps, best_stamp)) + static_cast<double>(best_stamp);
  if (together > static_cast<double>(best_text)) {
    std::ranges::fill(text, kForbidden);
  }
}

}  // namespace onnxformers::generation
