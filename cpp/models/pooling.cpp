#include "models/pooling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::models {

namespace {

constexpr std::array<std::pair<std::string_view, Pooling>, 6> kPoolings{
    {
        {"mean", Pooling::Mean},
        {"cls", Pooling::Cls},
        {"max", Pooling::Max},
        {"mean_sqrt_len_tokens", Pooling::MeanSqrtLength},
        {"weightedmean", Pooling::WeightedMean},
        {"lasttoken", Pooling::LastToken},
    },
};

ONNXFORMERS_MULTIVERSION
void add_scaled(float* out, const float* token, float weight, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    out[i] += token[i] * weight;
  }
}

ONNXFORMERS_MULTIVERSION
void divide(float* out, float divisor, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    out[i] /= divisor;
  }
}

ONNXFORMERS_MULTIVERSION
void keep_larger(float* out, const float* token, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    out[i] = out[i] < token[i] ? token[i] : out[i];
  }
}

/// In double precision and in 16 lanes of fixed order: the same on every CPU.
ONNXFORMERS_MULTIVERSION
double sum_of_squares(const float* values, std::size_t width) {
  constexpr std::size_t kLanes = 16;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto value = static_cast<double>(values[i + lane]);
      lanes[lane] += value * value;
    }
  }
  double sum = 0.0;
  for (; i < width; ++i) {
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  for (const double lane : lanes) {
    sum += lane;
  }
  return sum;
}

struct Row {
  const float* tokens;
  const std::int64_t* mask;
  std::size_t length;
  std::size_t width;
};

void weighted_sum(const Row& row, Pooling pooling, float* out) {
  float total = 0.0F;
  float position = 0.0F;
  for (std::size_t t = 0; t < row.length; ++t) {
    // Counted from the first token, behind padding on the left.
    position += row.mask[t] != 0 || position > 0.0F ? 1.0F : 0.0F;
    if (row.mask[t] <= 0) {
      continue;
    }
    const float weight = pooling == Pooling::WeightedMean ? position : 1.0F;
    add_scaled(out, row.tokens + (t * row.width), weight, row.width);
    total += weight;
  }
  if (total > 0.0F) {
    divide(out, pooling == Pooling::MeanSqrtLength ? std::sqrt(total) : total, row.width);
  }
}

void largest(const Row& row, float* out) {
  bool is_first = true;
  for (std::size_t t = 0; t < row.length; ++t) {
    if (row.mask[t] <= 0) {
      continue;
    }
    const float* token = row.tokens + (t * row.width);
    if (std::exchange(is_first, false)) {
      std::copy_n(token, row.width, out);
    } else {
      keep_larger(out, token, row.width);
    }
  }
}

/// The token that stands for the row: the first one, or the last one, that the mask keeps.
void single(const Row& row, Pooling pooling, float* out) {
  const std::int64_t* const end = row.mask + row.length;
  const auto is_kept = [](std::int64_t mask) { return mask > 0; };
  const std::int64_t* chosen = std::find_if(row.mask, end, is_kept);
  if (chosen == end) {
    return;
  }
  if (pooling == Pooling::LastToken) {
    for (const std::int64_t* m = chosen; m != end; ++m) {
      chosen = is_kept(*m) ? m : chosen;
    }
  }
  std::copy_n(row.tokens + (static_cast<std::size_t>(chosen - row.mask) * row.width), row.width,
              out);
}

}  // namespace

Pooling pooling_from_name(std::string_view name) {
  std::string message = "unknown pooling '" + std::string(name) + "'; known:";
  for (const auto& [known, pooling] : kPoolings) {
    if (known == name) {
      return pooling;
    }
    message.append(" ").append(known);
  }
  fail(ErrorKind::InvalidArgument, "pool", message);
}

void pool(const TokenVectors& tokens, Pooling pooling, float* out) {
  std::fill_n(out, tokens.rows * tokens.width, 0.0F);
  for (std::size_t r = 0; r < tokens.rows; ++r) {
    const Row row{
        .tokens = tokens.values + (r * tokens.length * tokens.width),
        .mask = tokens.mask + (r * tokens.length),
        .length = tokens.length,
        .width = tokens.width,
    };
    float* target = out + (r * tokens.width);
    switch (pooling) {
      case Pooling::Mean:
      case Pooling::MeanSqrtLength:
      case Pooling::WeightedMean:
        weighted_sum(row, pooling, target);
        break;
      case Pooling::Max:
        largest(row, target);
        break;
      case Pooling::Cls:
      case Pooling::LastToken:
        single(row, pooling, target);
        break;
    }
  }
}

void normalize(std::span<float> values, std::size_t width) {
  for (std::size_t start = 0; width != 0 && start + width <= values.size(); start += width) {
    float* row = values.data() + start;
    const double norm = std::sqrt(sum_of_squares(row, width));
    if (norm > 0.0) {
      divide(row, static_cast<float>(norm), width);
    }
  }
}

}  // namespace onnxformers::models
