#include "models/decoder_batch.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

using generation::Prompts;
using generation::Token;

constexpr std::string_view kPlace = "generate";

bool is_token(std::int64_t mask) { return mask != 0; }

/// Columns at the left in which none of these rows has a token.
std::size_t padding_of(const Columns& mask, std::span<const std::size_t> rows) {
  std::size_t padding = mask.width();
  for (const std::size_t row : rows) {
    const auto numbers = mask.row(row);
    const auto first = std::ranges::find_if(numbers, is_token);
    padding = std::min(padding, static_cast<std::size_t>(first - numbers.begin()));
  }
  return padding;
}

}  // namespace

void DecoderBatch::begin(const Prompts& prompts, std::size_t first_prompt) {
  if (prompts.mask.empty()) {
    mask_.assign(std::vector<std::int64_t>(prompts.ids.size(), 1), prompts.rows);
  } else {
    mask_.assign(prompts.mask, prompts.rows);
  }
  if (!has_cache_) {
    ids_.assign(prompts.ids, prompts.rows);
  }
  counts_.assign(prompts.rows, 0);
  prompts_.resize(prompts.rows);
  std::iota(prompts_.begin(), prompts_.end(), first_prompt);
}

std::span<const Token> DecoderBatch::append(std::span<const Token> tokens, std::size_t count) {
  ones_.resize(std::max(ones_.size(), tokens.size()), 1);
  mask_.append({ones_.data(), tokens.size()}, count);
  if (has_cache_) {
    return tokens;
  }
  ids_.append(tokens, count);
  std::ranges::fill(counts_, 0);
  return {ids_.data(), ids_.rows() * ids_.width()};
}

void DecoderBatch::count_positions(std::size_t count, std::vector<std::int64_t>& positions) {
  positions.resize(rows() * count);
  auto position = positions.begin();
  for (std::size_t row = 0; row < rows(); ++row) {
    for (const std::int64_t mask : mask_.row(row).last(count)) {
      *position++ = is_token(mask) ? counts_[row]++ : 1;
    }
  }
}

bool DecoderBatch::select(std::span<const std::size_t> parents) {
  if (parents.empty() || std::ranges::max(parents) >= rows()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "rows must go on from one of the " + std::to_string(rows()) + " rows there are");
  }
  const std::size_t skipped = parents.size() < rows() ? padding_of(mask_, parents) : 0;
  cache_.select(parents, skipped);
  mask_.select(parents, skipped);
  if (!has_cache_) {
    ids_.select(parents, skipped);
  }
  trimmed_ += skipped;
  std::vector<std::int64_t> counts;
  std::vector<std::size_t> prompts;
  for (const std::size_t parent : parents) {
    counts.push_back(counts_[parent]);
    prompts.push_back(prompts_[parent]);
  }
  counts_.swap(counts);
  prompts_.swap(prompts);
  // Beams of one prompt share what the encoder gave.
  const bool is_other = prompts_ != prompts;
  if (is_other) {
    cache_.select_encoder(parents);
  }
  return is_other;
}

void DecoderBatch::join(const DecoderBatch& fresh) {
  if (has_cache_) {
    cache_.stack(fresh.cache_);
  } else {
    ids_.stack(fresh.ids_);
  }
  mask_.stack(fresh.mask_);
  counts_.insert(counts_.end(), fresh.counts_.begin(), fresh.counts_.end());
  prompts_.insert(prompts_.end(), fresh.prompts_.begin(), fresh.prompts_.end());
}

void DecoderBatch::crop(std::size_t length) {
  if (length < trimmed_ || length - trimmed_ > mask_.width()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "cannot keep " + std::to_string(length) + " tokens of " +
             std::to_string(mask_.width() + trimmed_));
  }
  const std::size_t width = length - trimmed_;
  if (width == mask_.width()) {
    return;
  }
  mask_.crop(width);
  if (has_cache_) {
    cache_.crop(width);
  } else {
    ids_.crop(width);
  }
  counts_[0] = std::ranges::count_if(mask_.row(0), is_token);
}

}  // namespace onnxformers::models
