#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "generation/step_model.h"
#include "models/cache.h"
#include "models/columns.h"
#include "models/decoder_graph.h"
#include "models/fixed_inputs.h"
#include "models/pass_runner.h"

namespace onnxformers::models {

/// A generation over the sessions of a decoder, alone or behind an encoder.
///
/// What the last run gave as cache goes into the next one as it is. A model without a cache reads
/// all tokens anew in each step.
class DecoderSteps final : public generation::StepModel {
 public:
  /// @param fixed what the sessions take beside tokens and cache.
  /// Throws InvalidArgument when one of these is missing or unknown.
  DecoderSteps(std::shared_ptr<const DecoderGraph> graph, std::vector<FixedInput> fixed);

  /// For the steps from now on.
  void set_limits(StepLimits limits) { runner_.set_limits(std::move(limits)); }

  [[nodiscard]] std::size_t rows() const override { return batch_.mask.rows(); }
  generation::Logits admit(const generation::Prompts& prompts) override;
  generation::Logits step(std::span<const generation::Token> tokens,
                          std::span<const std::size_t> parents) override;
  generation::Logits extend(std::span<const generation::Token> tokens) override;
  void crop(std::size_t length) override;
  [[nodiscard]] Hidden hidden() const override;

 private:
  /// Rows that run together.
  struct Batch {
    explicit Batch(const DecoderGraph& graph) : cache(graph.slots()) {}

    Cache cache;
    Columns mask;
    Columns ids;                       ///< for models without a cache only
    std::vector<std::int64_t> counts;  ///< tokens of each row, padding not among them
    std::vector<std::size_t> prompts;  ///< the prompt that each row began with
  };

  [[nodiscard]] Batch make_batch(const generation::Prompts& prompts) const;
  generation::Logits append(std::span<const generation::Token> tokens, std::size_t count,
                            std::size_t wanted);
  generation::Logits append_singly(std::span<const generation::Token> tokens);
  generation::Logits read(const DecoderPass& pass, Batch& batch,
                          std::span<const generation::Token> ids, std::size_t wanted);
  void feed(const DecoderPass& pass, Batch& batch, std::span<const generation::Token> ids,
            std::size_t wanted);
  [[nodiscard]] const ort::Value* feed_numbers(const DecoderPass::Input& input, Batch& batch,
                                               std::span<const generation::Token> ids,
                                               std::size_t wanted);
  void count_positions(Batch& batch, std::size_t count);
  [[nodiscard]] generation::Logits view_logits(std::size_t rows, std::size_t wanted);
  void select(std::span<const std::size_t> parents);
  void join(Batch& fresh);
  void check_prompts(const generation::Prompts& prompts) const;
  void check_only_row(const char* what) const;

  std::shared_ptr<const DecoderGraph> graph_;
  FixedInputs fixed_;
  PassRunner runner_;
  Batch batch_;
  std::size_t trimmed_ = 0;  ///< columns of padding that were taken away at the left
  std::size_t read_last_ = 0;
  runtime::Handle<ort::Value> logits_;
  runtime::Handle<ort::Value> hidden_;

  // What the next run reads.
  std::vector<std::int64_t> ones_;
  std::vector<std::int64_t> positions_;
  std::int64_t logits_to_keep_ = 1;
  bool has_past_ = false;
  std::vector<runtime::Handle<ort::Value>> numbers_;

  std::vector<float> collected_;  ///< of tokens read one by one
  std::vector<float> scores_;     ///< of logits that are not float32
  mutable std::vector<float> hidden_copy_;
};

}  // namespace onnxformers::models
