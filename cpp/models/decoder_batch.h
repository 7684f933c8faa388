#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "generation/step_model.h"
#include "models/cache.h"
#include "models/columns.h"
#include "models/decoder_graph.h"

namespace onnxformers::models {

/// Rows that run together, and what is remembered of them.
class DecoderBatch {
 public:
  /// @param device of the cache; nullptr for the CPU.
  DecoderBatch(const DecoderGraph& graph, DeviceArrays* device)
      : has_cache_(graph.has_cache()), cache_(graph.slots(), device) {}

  [[nodiscard]] std::size_t rows() const noexcept { return mask_.rows(); }
  [[nodiscard]] Cache& cache() noexcept { return cache_; }
  [[nodiscard]] Columns& mask() noexcept { return mask_; }

  /// @param first_prompt number of the first of these prompts among all.
  void begin(const generation::Prompts& prompts, std::size_t first_prompt);

  /// Appends `count` tokens to each row; all that the next run reads: these, or without a cache
  /// every token.
  std::span<const generation::Token> append(std::span<const generation::Token> tokens,
                                            std::size_t count);

  /// Positions of the last `count` columns: how many tokens of the row stand before each; 1 for
  /// padding. To be called once for each run.
  void count_positions(std::size_t count, std::vector<std::int64_t>& positions);

  /// Row i becomes what row `parents[i]` was. Padding that all rows have at the left goes with the
  /// rows that needed it. Returns whether another prompt stands behind a row now.
  bool select(std::span<const std::size_t> parents);

  /// Puts new rows beneath these.
  void join(const DecoderBatch& fresh);

  /// Forgets all but the first `length` tokens of the only row.
  void crop(std::size_t length);

 private:
  bool has_cache_;
  Cache cache_;
  Columns mask_;
  Columns ids_;                       ///< for models without a cache only
  std::vector<std::int64_t> counts_;  ///< tokens of each row, padding not among them
  std::vector<std::size_t> prompts_;  ///< the prompt that each row began with
  std::size_t trimmed_ = 0;           ///< columns of padding that were taken away
  std::vector<std::int64_t> ones_;
};

}  // namespace onnxformers::models
