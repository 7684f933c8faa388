#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "generation/step_model.h"
#include "models/decoder_batch.h"
#include "models/decoder_graph.h"
#include "models/device_arrays.h"
#include "models/fixed_inputs.h"
#include "models/pass_runner.h"
#include "models/step_outputs.h"

namespace onnxformers::models {

/// A generation over the sessions of a decoder, alone or behind an encoder.
///
/// What the last run gave as cache goes into the next one as it is. A model without a cache reads
/// all tokens anew in each step.
class DecoderSteps final : public generation::StepModel {
 public:
  /// @param fixed what the sessions take beside tokens and cache; `inputs_embeds` is for the first
  ///   tokens alone.
  /// @param device where the cache lies; nothing: in the memory of the CPU.
  /// @param group rows of tokens that share one row of the cache and of `fixed`.
  /// Throws InvalidArgument when one of these is missing or unknown.
  DecoderSteps(std::shared_ptr<const DecoderGraph> graph, std::vector<FixedInput> fixed,
               const std::optional<runtime::Device>& device, std::size_t group = 1);

  /// For the steps from now on.
  void set_limits(StepLimits limits) { runner_.set_limits(std::move(limits)); }

  [[nodiscard]] std::size_t rows() const override { return batch_.rows(); }
  generation::Logits admit(const generation::Prompts& prompts) override;
  generation::Logits step(std::span<const generation::Token> tokens,
                          std::span<const std::size_t> parents) override;
  generation::Logits extend(std::span<const generation::Token> tokens) override;
  void crop(std::size_t length) override;
  [[nodiscard]] Hidden hidden() const override;

 private:
  /// What a run reads and what of it is wanted.
  struct Reading {
    const DecoderPass* pass = nullptr;
    DecoderBatch* batch = nullptr;
    std::span<const generation::Token> ids{};  ///< of the last columns of the batch
    std::size_t wanted = 1;                    ///< scores after so many tokens
  };
  generation::Logits append(std::span<const generation::Token> tokens, std::size_t count,
                            std::size_t wanted);
  generation::Logits append_singly(std::span<const generation::Token> tokens);
  generation::Logits read(const Reading& reading);
  void feed(const Reading& reading);
  std::span<runtime::Handle<ort::Value>> run(const Reading& reading);
  [[nodiscard]] const ort::Value* feed_numbers(const DecoderPass::Input& input,
                                               const Reading& reading);
  [[nodiscard]] const ort::Value* feed_embeds(const ort::Value* ids);
  const ort::Value* lend(ort::ElemType type, void* data, std::span<const std::int64_t> shape);
  void check_prompts(const generation::Prompts& prompts) const;
  void check_only_row(const char* what) const;
  void check_alone(const char* what) const;

  std::shared_ptr<const DecoderGraph> graph_;
  std::unique_ptr<DeviceArrays> device_;  ///< nullptr for the CPU
  FixedInputs fixed_;
  PassRunner runner_;
  DecoderBatch batch_;
  StepOutputs outputs_;
  std::size_t read_last_ = 0;  ///< tokens of each row
  std::size_t group_ = 1;

  // What the next run reads.
  std::vector<std::int64_t> positions_;
  std::int64_t logits_to_keep_ = 1;
  bool has_past_ = false;
  runtime::Handle<ort::Value> embeds_;
  std::vector<runtime::Handle<ort::Value>> numbers_;
};

}  // namespace onnxformers::models
