#include "models/decoder_steps.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/errors.h"
#include "models/to_float.h"

namespace onnxformers::models {

namespace {

using generation::Logits;
using generation::Prompts;
using generation::Token;

constexpr std::string_view kPlace = "generate";

bool is_identity(std::span<const std::size_t> parents, std::size_t rows) {
  if (parents.size() != rows) {
    return false;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    if (parents[i] != i) {
      return false;
    }
  }
  return true;
}

bool takes(const DecoderPass& pass, Feed feed) {
  return std::ranges::any_of(pass.inputs, [feed](const auto& input) { return input.feed == feed; });
}

/// Columns at the left in which none of these rows has a token.
std::size_t padding_of(const Columns& mask, std::span<const std::size_t> rows) {
  std::size_t padding = mask.width();
  for (const std::size_t row : rows) {
    const auto numbers = mask.row(row);
    const auto first = std::ranges::find_if(numbers, [](std::int64_t m) { return m != 0; });
    padding = std::min(padding, static_cast<std::size_t>(first - numbers.begin()));
  }
  return padding;
}

/// `count` numbers of `view` from `offset`, as floats: the tensor's own, or a copy in `scratch`.
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
    shape = {.rows = static_cast<std::size_t>(view.shape[0]),
             .tokens = static_cast<std::size_t>(view.shape[1]),
             .width = static_cast<std::size_t>(view.shape[2])};
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

DecoderSteps::DecoderSteps(std::shared_ptr<const DecoderGraph> graph, std::vector<FixedInput> fixed)
    : graph_(std::move(graph)), fixed_(*graph_, std::move(fixed)), batch_(*graph_) {}

Logits DecoderSteps::admit(const Prompts& prompts) {
  check_prompts(prompts);
  fixed_.repeat_to(prompts.rows);
  Batch fresh = make_batch(prompts);
  const Logits logits = read(graph_->first(), fresh, prompts.ids, 1);
  read_last_ = prompts.length;
  if (rows() == 0) {
    batch_ = std::move(fresh);
  } else {
    join(fresh);
  }
  return logits;
}

Logits DecoderSteps::step(std::span<const Token> tokens, std::span<const std::size_t> parents) {
  if (!parents.empty() && !is_identity(parents, rows())) {
    select(parents);
  }
  if (tokens.size() != rows() || tokens.empty()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "a step takes one token a row, " + std::to_string(rows()) + " of them; got " +
             std::to_string(tokens.size()));
  }
  return append(tokens, 1, 1);
}

Logits DecoderSteps::extend(std::span<const Token> tokens) {
  check_only_row("extend");
  if (tokens.empty()) {
    fail(ErrorKind::InvalidArgument, kPlace, "there are no tokens to read");
  }
  return graph_->reads_many() ? append(tokens, tokens.size(), tokens.size())
                              : append_singly(tokens);
}

/// Reads the tokens of the only row one after the other.
Logits DecoderSteps::append_singly(std::span<const Token> tokens) {
  Logits logits;
  collected_.clear();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    logits = append(tokens.subspan(i, 1), 1, 1);
    collected_.insert(collected_.end(), logits.data, logits.data + logits.vocab_size);
  }
  return {.data = collected_.data(),
          .rows = tokens.size(),
          .vocab_size = logits.vocab_size,
          .stride = logits.vocab_size};
}

/// Reads `count` new tokens of each row.
Logits DecoderSteps::append(std::span<const Token> tokens, std::size_t count, std::size_t wanted) {
  ones_.resize(std::max(ones_.size(), tokens.size()), 1);
  batch_.mask.append({ones_.data(), tokens.size()}, count);
  read_last_ = count;
  if (graph_->has_cache()) {
    return read(graph_->later(), batch_, tokens, wanted);
  }
  batch_.ids.append(tokens, count);
  std::ranges::fill(batch_.counts, 0);
  return read(graph_->later(), batch_, {batch_.ids.data(), rows() * batch_.ids.width()}, wanted);
}

DecoderSteps::Batch DecoderSteps::make_batch(const Prompts& prompts) const {
  Batch batch(*graph_);
  if (prompts.mask.empty()) {
    batch.mask.assign(std::vector<std::int64_t>(prompts.ids.size(), 1), prompts.rows);
  } else {
    batch.mask.assign(prompts.mask, prompts.rows);
  }
  if (!graph_->has_cache()) {
    batch.ids.assign(prompts.ids, prompts.rows);
  }
  batch.counts.assign(prompts.rows, 0);
  batch.prompts.resize(prompts.rows);
  std::iota(batch.prompts.begin(), batch.prompts.end(), rows());
  if (takes(graph_->first(), Feed::Past)) {
    batch.cache.fill_empty(prompts.rows);
  }
  return batch;
}

/// Runs the model over `ids`, the last columns of the batch; scores after the last `wanted`.
Logits DecoderSteps::read(const DecoderPass& pass, Batch& batch, std::span<const Token> ids,
                          std::size_t wanted) {
  logits_.reset();
  hidden_.reset();
  has_past_ = &pass == &graph_->later() && graph_->has_cache();
  feed(pass, batch, ids, wanted);
  const auto results = runner_.run(pass);
  logits_ = std::move(results[0]);
  std::size_t next = 1;
  if (pass.has_hidden) {
    hidden_ = std::move(results[next++]);
  }
  for (const std::size_t slot : pass.presents) {
    batch.cache.set(slot, std::move(results[next++]));
  }
  return view_logits(batch.mask.rows(), wanted);
}

void DecoderSteps::feed(const DecoderPass& pass, Batch& batch, std::span<const Token> ids,
                        std::size_t wanted) {
  count_positions(batch, ids.size() / batch.mask.rows());
  numbers_.clear();
  const auto values = runner_.inputs(pass);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const DecoderPass::Input& input = pass.inputs[i];
    if (input.feed == Feed::Past) {
      values[i] = batch.cache.value(input.slot);
    } else if (input.feed == Feed::Fixed) {
      values[i] = fixed_.value(input.node->name);
    } else {
      values[i] = feed_numbers(input, batch, ids, wanted);
    }
  }
}

const ort::Value* DecoderSteps::feed_numbers(const DecoderPass::Input& input, Batch& batch,
                                             std::span<const Token> ids, std::size_t wanted) {
  const auto rows = static_cast<std::int64_t>(batch.mask.rows());
  const std::array shape{rows, static_cast<std::int64_t>(ids.size()) / rows};
  const std::array mask_shape{rows, static_cast<std::int64_t>(batch.mask.width())};
  const std::array<std::int64_t, 1> one{1};
  const std::span<const std::int64_t> single{one.data(), input.node->dims.size()};
  const auto lend = [this](ort::ElemType type, void* data, std::span<const std::int64_t> of) {
    return numbers_.emplace_back(runtime::borrow_tensor(type, data, of)).get();
  };
  switch (input.feed) {
    case Feed::Ids:
      // ONNX Runtime only reads its inputs.
      return lend(ort::ElemType::Int64, const_cast<Token*>(ids.data()), shape);
    case Feed::Mask:
      return lend(ort::ElemType::Int64, batch.mask.data(), mask_shape);
    case Feed::Positions:
      return lend(ort::ElemType::Int64, positions_.data(), shape);
    case Feed::CacheBranch:
      return lend(ort::ElemType::Bool, &has_past_, single);
    default:
      logits_to_keep_ = static_cast<std::int64_t>(wanted);
      return lend(ort::ElemType::Int64, &logits_to_keep_, single);
  }
}

/// Positions of the last `count` columns: how many tokens of the row stand before each; 1 for
/// padding.
void DecoderSteps::count_positions(Batch& batch, std::size_t count) {
  positions_.resize(batch.mask.rows() * count);
  auto position = positions_.begin();
  for (std::size_t row = 0; row < batch.mask.rows(); ++row) {
    for (const std::int64_t mask : batch.mask.row(row).last(count)) {
      *position++ = mask != 0 ? batch.counts[row]++ : 1;
    }
  }
}

Logits DecoderSteps::view_logits(std::size_t rows, std::size_t wanted) {
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

void DecoderSteps::select(std::span<const std::size_t> parents) {
  if (parents.empty() || std::ranges::max(parents) >= rows()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "rows must go on from one of the " + std::to_string(rows()) + " rows there are");
  }
  const std::size_t skipped = parents.size() < rows() ? padding_of(batch_.mask, parents) : 0;
  batch_.cache.select(parents, skipped);
  batch_.mask.select(parents, skipped);
  if (!graph_->has_cache()) {
    batch_.ids.select(parents, skipped);
  }
  trimmed_ += skipped;
  std::vector<std::int64_t> counts;
  std::vector<std::size_t> prompts;
  for (const std::size_t parent : parents) {
    counts.push_back(batch_.counts[parent]);
    prompts.push_back(batch_.prompts[parent]);
  }
  // Beams of one prompt share what the encoder gave.
  if (prompts != batch_.prompts) {
    batch_.cache.select_encoder(parents);
    fixed_.select(parents);
  }
  batch_.counts.swap(counts);
  batch_.prompts.swap(prompts);
}

/// Puts new rows beneath those that run already.
void DecoderSteps::join(Batch& fresh) {
  if (graph_->has_cache()) {
    batch_.cache.stack(fresh.cache);
  } else {
    batch_.ids.stack(fresh.ids);
  }
  batch_.mask.stack(fresh.mask);
  batch_.counts.insert(batch_.counts.end(), fresh.counts.begin(), fresh.counts.end());
  batch_.prompts.insert(batch_.prompts.end(), fresh.prompts.begin(), fresh.prompts.end());
}

void DecoderSteps::crop(std::size_t length) {
  check_only_row("crop");
  if (length < trimmed_ || length - trimmed_ > batch_.mask.width()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "cannot keep " + std::to_string(length) + " tokens of " +
             std::to_string(batch_.mask.width() + trimmed_));
  }
  const std::size_t width = length - trimmed_;
  if (width == batch_.mask.width()) {
    return;
  }
  batch_.mask.crop(width);
  if (graph_->has_cache()) {
    batch_.cache.crop(width);
  } else {
    batch_.ids.crop(width);
  }
  const auto mask = batch_.mask.row(0);
  batch_.counts[0] = std::ranges::count_if(mask, [](std::int64_t m) { return m != 0; });
}

generation::StepModel::Hidden DecoderSteps::hidden() const {
  if (hidden_ == nullptr) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "this model was exported without its hidden states (outputs hidden_states.N or "
         "last_hidden_state), which contrastive search needs");
  }
  const runtime::TensorView view = runtime::view_tensor(hidden_.get(), "hidden_states");
  const TokenShape shape = token_shape(view, rows(), read_last_);
  const bool is_whole = shape.tokens == read_last_ && view.type == ort::ElemType::Float32;
  if (is_whole) {
    return {static_cast<const float*>(view.data), shape.tokens, shape.width};
  }
  const std::size_t size = read_last_ * shape.width;
  hidden_copy_.resize(shape.rows * size);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    const std::size_t end = (row + 1) * shape.tokens * shape.width;
    copy_floats(view, end - size, hidden_copy_.data() + (row * size), size);
  }
  return {hidden_copy_.data(), read_last_, shape.width};
}

void DecoderSteps::check_prompts(const Prompts& prompts) const {
  if (prompts.rows == 0 || prompts.length == 0 ||
      prompts.ids.size() != prompts.rows * prompts.length ||
      (!prompts.mask.empty() && prompts.mask.size() != prompts.ids.size())) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "prompts must be rows of at least one token, with a mask of the same shape; got " +
             std::to_string(prompts.rows) + " rows of " + std::to_string(prompts.length) +
             " tokens");
  }
  const bool takes_mask = takes(graph_->later(), Feed::Mask);
  if (!takes_mask && std::ranges::find(prompts.mask, 0) != prompts.mask.end()) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "this decoder takes no attention_mask: the rows of a batch must be of one length");
  }
  if (rows() != 0 && (!takes_mask || fixed_.has_rows())) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "rows can join a batch that runs only in decoders that take an attention_mask and "
         "nothing else for each row");
  }
}

void DecoderSteps::check_only_row(const char* what) const {
  if (rows() != 1) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::string(what) + " is for one row; there are " + std::to_string(rows()));
  }
}

}  // namespace onnxformers::models
