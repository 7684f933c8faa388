#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onnxformers::generation {

/// An id of the vocabulary, as the sessions take it.
using Token = std::int64_t;

/// Scores of the next token, one row for each sequence. The memory is the model's; it may be
/// written to, and is valid until the next call of the model.
struct Logits {
  float* data = nullptr;
  std::size_t rows = 0;
  std::size_t vocab_size = 0;
  std::size_t stride = 0;  ///< floats from one row to the next

  [[nodiscard]] std::span<float> row(std::size_t index) const {
    return {data + (index * stride), vocab_size};
  }
};

/// What a generation begins with: rows of equal length, shorter ones padded on the left.
struct Prompts {
  std::span<const Token> ids{};          ///< row-major, rows x length
  std::span<const std::int64_t> mask{};  ///< 1 for tokens, 0 for padding; empty: no padding
  std::size_t rows = 0;
  std::size_t length = 0;
};

/// A model as the searches see it: it reads tokens, remembers them, and scores the next one.
/// It owns the cache of one generation and serves one thread at a time.
///
/// Errors (a session that fails, a timeout, a cancelled run) are thrown; the object is of no use
/// afterwards.
class StepModel {
 public:
  StepModel() = default;
  virtual ~StepModel() = default;
  StepModel(const StepModel&) = delete;
  StepModel& operator=(const StepModel&) = delete;
  StepModel(StepModel&&) = delete;
  StepModel& operator=(StepModel&&) = delete;

  [[nodiscard]] virtual std::size_t rows() const = 0;

  /// Reads prompts as new rows behind those there are; scores after the last token of each new row.
  virtual Logits admit(const Prompts& prompts) = 0;

  /// Appends one token to each row and scores the next ones. `parents[i]` is the row that row i
  /// goes on from: rows may be repeated, dropped and put in another order; empty: all as they are.
  virtual Logits step(std::span<const Token> tokens, std::span<const std::size_t> parents) = 0;

  /// Appends `tokens` to the only row and scores what follows each of them: one row of scores a
  /// token. For candidates of a draft; `crop` takes refused ones back.
  virtual Logits extend(std::span<const Token> tokens) = 0;

  /// Forgets all but the first `length` tokens of the only row.
  virtual void crop(std::size_t length) = 0;

  /// Vectors of the last layer for the tokens read last, row-major (rows, tokens, width); throws
  /// InvalidArgument for models that do not give them.
  struct Hidden {
    const float* data = nullptr;
    std::size_t tokens = 0;
    std::size_t width = 0;
  };
  [[nodiscard]] virtual Hidden hidden() const = 0;
};

}  // namespace onnxformers::generation
