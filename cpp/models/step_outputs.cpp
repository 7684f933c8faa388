#include "models/step_outputs.h"

#include <algorithm>
#include <string>

#include "base/errors.h"
#include "models/to_float.h"

namespace onnxformers::models {

namespace {

using generation::Logits;

constexpr std::string_view kPlace = "generate";

/// `count` numbers of `view` from `offset`, as floats.
void copy_floats(const runtime::TensorView& view, std::size_t offset, float* out,
                 std::size_t count) {
  if (view.type == ort::ElemType::Float32) {
    std::copy_n(static_cast<const float*>(view.data) + offset, count, out);
  } else if (view.type == ort::ElemType::Float16) {
    half_to_float(static_cast<const std::uint16_t*>(view.data) + offset, out, count);
  } else if (view.type == ort::ElemType::Bfloat16) {
    bfloat16_to_float(static_cast<const std::uint16_t*>(view.data) + offset, out, count);
  } else {
    fail(ErrorKind::FileFormat, kPlace,
         std::string("the decoder gives its scores as ") + runtime::element_type(view.type).name +
             "; known are float32, float16 and bfloat16");
  }
}

/// (rows, tokens, width) of an output.
struct TokenShape {
  std::size_t rows = 0;
  std::size_t tokens = 0;
  std::size_t width = 0;
};

TokenShape token_shape(const runtime::TensorView& view, std::size_t rows, std::size_t least) {
  TokenShape shape;
  if (view.shape.size() == 3) {
    shape = {
        .rows = static_cast<std::size_t>(view.shape[0]),
        .tokens = static_cast<std::size_t>(view.shape[1]),
        .width = static_cast<std::size_t>(view.shape[2]),
    };
  }
  if (shape.rows != rows || shape.tokens < least || shape.width == 0) {
    fail(ErrorKind::FileFormat, kPlace,
         "the decoder must give an array of shape (rows, tokens, width) with " +
             std::to_string(rows) + " rows and at least " + std::to_string(least) +
             " tokens; it gave " + std::to_string(view.shape.size()) + " axes, " +
             std::to_string(shape.rows) + " rows, " + std::to_string(shape.tokens) + " tokens");
  }
  return shape;
}

}  // namespace

void StepOutputs::clear() {
  logits_.reset();
  hidden_.reset();
}

Logits StepOutputs::logits(std::size_t rows, std::size_t wanted) {
  const runtime::TensorView view = runtime::view_tensor(logits_.get(), "logits");
  const TokenShape shape = token_shape(view, rows, wanted);
  const std::size_t skipped = (shape.tokens - wanted) * shape.width;
  // One row, or one token wanted: what is wanted of a row never stands apart.
  const std::size_t stride = rows == 1 ? shape.width : shape.tokens * shape.width;
  Logits logits{.rows = rows * wanted, .vocab_size = shape.width, .stride = stride};
  if (view.type == ort::ElemType::Float32) {
    logits.data = static_cast<float*>(view.data) + skipped;
    return logits;
  }
  scores_.resize(logits.rows * shape.width);
  for (std::size_t i = 0; i < logits.rows; ++i) {
    copy_floats(view, skipped + (i * stride), scores_.data() + (i * shape.width), shape.width);
  }
  logits.data = scores_.data();
  logits.stride = shape.width;
  return logits;
}

void StepOutputs::collect(const Logits& logits) {
  collected_.insert(collected_.end(), logits.data, logits.data + logits.vocab_size);
}

Logits StepOutputs::collected(std::size_t count) {
  const std::size_t width = collected_.size() / count;
  return {.data = collected_.data(), .rows = count, .vocab_size = width, .stride = width};
}

generation::StepModel::Hidden StepOutputs::hidden(std::size_t rows, std::size_t tokens) const {
  if (hidden_ == nullptr) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "this model was exported without its hidden states (outputs hidden_states.N or "
         "last_hidden_state), which contrastive search needs");
  }
  const runtime::TensorView view = runtime::view_tensor(hidden_.get(), "hidden_states");
  const TokenShape shape = token_shape(view, rows, tokens);
  const bool is_whole = shape.tokens == tokens && view.type == ort::ElemType::Float32;
  if (is_whole) {
    return {
        .data = static_cast<const float*>(view.data), .tokens = shape.tokens, .width = shape.width};
  }
  const std::size_t size = tokens * shape.width;
  hidden_copy_.resize(shape.rows * size);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    const std::size_t end = (row + 1) * shape.tokens * shape.width;
    copy_floats(view, end - size, hidden_copy_.data() + (row * size), size);
  }
  return {.data = hidden_copy_.data(), .tokens = tokens, .width = shape.width};
}

}  // namespace onnxformers::models
