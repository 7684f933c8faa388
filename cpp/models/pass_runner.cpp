#include "models/pass_runner.h"

#include <utility>

namespace onnxformers::models {

std::span<const ort::Value*> PassRunner::inputs(const DecoderPass& pass) {
  inputs_.resize(pass.inputs.size());
  return inputs_;
}

std::span<runtime::Handle<ort::Value>> PassRunner::run(const DecoderPass& pass) {
  runtime::RunEnd end{};
  do {
    end = device_ ? run_bound(pass) : run_plain(pass);
  } while (end != runtime::RunEnd::Done && !limits_.on_interrupt(end));
  return results_;
}

runtime::Handle<ort::Value> PassRunner::run_alone(const runtime::Session& session,
                                                  const ort::Value* input) {
  const char* const input_name = session.inputs().front().name.c_str();
  const char* const output_name = session.outputs().front().name.c_str();
  runtime::Handle<ort::Value> result;
  runtime::RunEnd end{};
  do {
    ort::Value* output = nullptr;
    end = session.run(
        {
            .input_names = {&input_name, 1},
            .inputs = {&input, 1},
            .output_names = {&output_name, 1},
            .outputs = {&output, 1},
        },
        limits_.run);
    result.reset(output);
  } while (end != runtime::RunEnd::Done && !limits_.on_interrupt(end));
  return result;
}

runtime::RunEnd PassRunner::run_plain(const DecoderPass& pass) {
  outputs_.assign(pass.output_names.size(), nullptr);
  results_.resize(outputs_.size());
  const runtime::RunEnd end = pass.session->run(
      {
          .input_names = pass.input_names,
          .inputs = inputs_,
          .output_names = pass.output_names,
          .outputs = outputs_,
      },
      limits_.run);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    results_[i].reset(std::exchange(outputs_[i], nullptr));
  }
  return end;
}

/// The cache stays on the device; scores and vectors come to the CPU.
PassRunner::Bound& PassRunner::bound(const DecoderPass& pass) {
  const auto [entry, is_new] = bound_.try_emplace(&pass, pass.session, pass.inputs.size());
  if (is_new) {
    const std::size_t first_present = pass.output_names.size() - pass.presents.size();
    for (std::size_t i = 0; i < pass.output_names.size(); ++i) {
      entry->second.binding.bind_output(pass.output_names[i],
                                        i < first_present ? runtime::Device{} : *device_);
    }
  }
  return entry->second;
}

runtime::RunEnd PassRunner::run_bound(const DecoderPass& pass) {
  Bound& own = bound(pass);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    // Binding copies to the device: what stays needs it once.
    if (inputs_[i] != own.fixed[i]) {
      own.binding.bind_input(pass.input_names[i], inputs_[i]);
      own.fixed[i] = pass.inputs[i].feed == Feed::Fixed ? inputs_[i] : nullptr;
    }
  }
  const runtime::RunEnd end = own.binding.run(limits_.run);
  if (end != runtime::RunEnd::Interrupted) {
    results_ = own.binding.outputs();
  }
  return end;
}

}  // namespace onnxformers::models
