#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace onnxformers::models {

/// How token vectors become one vector, named as sentence-transformers names them in
/// 1_Pooling/config.json.
enum class Pooling : std::uint8_t { Mean, Cls, Max, MeanSqrtLength, WeightedMean, LastToken };

/// The pooling called `name`: mean, cls, max, mean_sqrt_len_tokens, weightedmean, lasttoken.
[[nodiscard]] Pooling pooling_from_name(std::string_view name);

/// What a model gave for a batch.
struct TokenVectors {
  const float* values;       ///< shape (rows, length, width), contiguous
  const std::int64_t* mask;  ///< shape (rows, length): 1, 0 for padding, -1 for a token left out
  std::size_t rows;
  std::size_t length;
  std::size_t width;
};

/// Pools every row over the tokens that its mask keeps, in their order, so that padding never
/// changes a bit.
/// @param out shape (rows, width). A row without tokens gives zeros.
void pool(const TokenVectors& tokens, Pooling pooling, float* out);

/// Scales each row of `width` values to Euclidean length 1; a row of zeros stays.
void normalize(std::span<float> values, std::size_t width);

}  // namespace onnxformers::models
