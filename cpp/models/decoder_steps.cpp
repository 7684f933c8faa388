#include "models/decoder_steps.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

using generation::Logits;
using generation::Prompts;
using generation::Token;

constexpr std::string_view kPlace = "generate";
constexpr std::string_view kEmbeds = "inputs_embeds";

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

}  // namespace

DecoderSteps::DecoderSteps(std::shared_ptr<const DecoderGraph> graph, std::vector<FixedInput> fixed,
                           const std::optional<runtime::Device>& device, std::size_t group)
    : graph_(std::move(graph)),
      device_(device ? std::make_unique<DeviceArrays>(*device) : nullptr),
      fixed_(*graph_, std::move(fixed)),
      runner_(device),
      batch_(*graph_, device_.get()),
      group_(std::max<std::size_t>(group, 1)) {}

Logits DecoderSteps::admit(const Prompts& prompts) {
  check_prompts(prompts);
  fixed_.repeat_to(prompts.rows / group_);
  DecoderBatch fresh(*graph_, device_.get());
  fresh.begin(prompts, rows());
  if (takes(graph_->first(), Feed::Past)) {
    fresh.cache().fill_empty(prompts.rows / group_);
  }
  const Logits logits = read({.pass = &graph_->first(), .batch = &fresh, .ids = prompts.ids});
  fixed_.drop(kEmbeds);
  read_last_ = prompts.length;
  if (rows() == 0) {
    batch_ = std::move(fresh);
  } else {
    batch_.join(fresh);
  }
  return logits;
}

Logits DecoderSteps::step(std::span<const Token> tokens, std::span<const std::size_t> parents) {
  if (!parents.empty() && !is_identity(parents, rows())) {
    check_alone("rows cannot change their places");
    if (batch_.select(parents)) {
      fixed_.select(parents);
    }
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
  outputs_.begin_collecting();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    outputs_.collect(append(tokens.subspan(i, 1), 1, 1));
  }
  return outputs_.collected(tokens.size());
}

/// Reads `count` new tokens of each row.
Logits DecoderSteps::append(std::span<const Token> tokens, std::size_t count, std::size_t wanted) {
  read_last_ = count;
  const auto ids = batch_.append(tokens, count);
  return read({.pass = &graph_->later(), .batch = &batch_, .ids = ids, .wanted = wanted});
}

Logits DecoderSteps::read(const Reading& reading) {
  const DecoderPass& pass = *reading.pass;
  outputs_.clear();
  has_past_ = &pass == &graph_->later() && graph_->has_cache();
  feed(reading);
  const auto results = run(reading);
  outputs_.take_logits(std::move(results[0]));
  std::size_t next = 1;
  if (pass.has_hidden) {
    outputs_.take_hidden(std::move(results[next++]));
  }
  for (const std::size_t slot : pass.presents) {
    reading.batch->cache().set(slot, std::move(results[next++]));
  }
  return outputs_.logits(reading.batch->rows(), reading.wanted);
}

/// A run beyond the model's positions fails with words about nodes and indices: says what is meant.
/// Not before, as there are models that go on beyond what their files say.
std::span<runtime::Handle<ort::Value>> DecoderSteps::run(const Reading& reading) {
  try {
    return runner_.run(*reading.pass);
  } catch (const Error& error) {
    const std::size_t length = reading.batch->mask().width();
    const std::size_t limit = graph_->positions();
    if (error.kind() != ErrorKind::Session || limit == 0 || length <= limit) {
      throw;
    }
    fail(ErrorKind::InvalidArgument, kPlace,
         "the text came to " + std::to_string(length) + " tokens, prompt and padding among them, " +
             "more than the " + std::to_string(limit) +
             " positions of the model: give a shorter prompt or a smaller max_new_tokens. " +
             error.what());
  }
}

void DecoderSteps::feed(const Reading& reading) {
  const DecoderPass& pass = *reading.pass;
  reading.batch->count_positions(reading.ids.size() / reading.batch->rows(), positions_);
  logits_to_keep_ = static_cast<std::int64_t>(reading.wanted);
  numbers_.clear();
  const auto values = runner_.inputs(pass);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const DecoderPass::Input& input = pass.inputs[i];
    if (input.feed == Feed::Past) {
      values[i] = reading.batch->cache().value(input.slot);
    } else if (input.feed == Feed::Fixed) {
      values[i] = fixed_.value(input.node->name);
    } else {
      values[i] = feed_numbers(input, reading);
    }
  }
}

const ort::Value* DecoderSteps::lend(ort::ElemType type, void* data,
                                     std::span<const std::int64_t> shape) {
  return numbers_.emplace_back(runtime::borrow_tensor(type, data, shape)).get();
}

const ort::Value* DecoderSteps::feed_numbers(const DecoderPass::Input& input,
                                             const Reading& reading) {
  Columns& mask = reading.batch->mask();
  const auto rows = static_cast<std::int64_t>(mask.rows());
  const std::array shape{rows, static_cast<std::int64_t>(reading.ids.size()) / rows};
  const std::array mask_shape{rows, static_cast<std::int64_t>(mask.width())};
  const std::array<std::int64_t, 1> one{1};
  const auto single = std::span(one).first(input.node->dims.empty() ? 0 : 1);
  // ONNX Runtime only reads its inputs.
  auto* const ids = const_cast<Token*>(reading.ids.data());
  switch (input.feed) {
    case Feed::Ids:
      return lend(ort::ElemType::Int64, ids, shape);
    case Feed::Embeds:
      return feed_embeds(lend(ort::ElemType::Int64, ids, shape));
    case Feed::Mask:
      return lend(ort::ElemType::Int64, mask.data(), mask_shape);
    case Feed::Positions:
      return lend(ort::ElemType::Int64, positions_.data(), shape);
    case Feed::CacheBranch:
      return lend(ort::ElemType::Bool, &has_past_, single);
    default:
      return lend(ort::ElemType::Int64, &logits_to_keep_, single);
  }
}

/// Embeddings: those that were given for the first tokens, else what the session for them makes.
const ort::Value* DecoderSteps::feed_embeds(const ort::Value* ids) {
  if (const ort::Value* given = fixed_.value(kEmbeds); given != nullptr) {
    return given;
  }
  embeds_ = runner_.run_alone(*graph_->embedder(), ids);
  return embeds_.get();
}

void DecoderSteps::crop(std::size_t length) {
  check_only_row("crop");
  batch_.crop(length);
}

generation::StepModel::Hidden DecoderSteps::hidden() const {
  return outputs_.hidden(rows(), read_last_);
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
  if (prompts.rows % group_ != 0) {
    check_alone("prompts must come in whole groups");
  }
  if (rows() != 0 && (!takes_mask || fixed_.has_rows())) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "rows can join a batch that runs only in decoders that take an attention_mask and "
         "nothing else for each row");
  }
}

void DecoderSteps::check_alone(const char* what) const {
  if (group_ != 1) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::string(what) + ": " + std::to_string(group_) + " rows share one of the cache");
  }
}

void DecoderSteps::check_only_row(const char* what) const {
  if (rows() != 1) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::string(what) + " is for one row; there are " + std::to_string(rows()));
  }
}

}  // namespace onnxformers::models
