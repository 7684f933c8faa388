#pragma once

#include "bindings/module.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <utility>

#include <pybind11/numpy.h>

#include "generation/logits/prefix_constrained.h"
#include "generation/logits/processor.h"
#include "generation/stopping.h"
#include "generation/streamer.h"

namespace onnxformers::bindings {

// A user's Python objects as the token loop sees them. Each takes the GIL while it runs, and no
// longer; what they raise ends the generation.

/// A callable (input_ids, scores) -> scores, for arrays of shapes (rows, tokens) and (rows,
/// vocabulary).
class CallableProcessor final : public generation::LogitsProcessor {
 public:
  explicit CallableProcessor(py::object callable) : callable_(std::move(callable)) {}
  void process_rows(const generation::Sequences& sequences,
                    const generation::Logits& logits) override;
  void process(std::span<const generation::Token> tokens, std::span<float> scores) override;

 private:
  py::object callable_;
};

/// A callable (input_ids, scores) -> bool, or an array of them, one for each row.
class CallableCriterion final : public generation::StoppingCriterion {
 public:
  explicit CallableCriterion(py::object callable) : callable_(std::move(callable)) {}
  void check(const generation::Sequences& sequences, const generation::Logits& scores,
             std::span<char> done) const override;

 private:
  py::object callable_;
};

/// An object with put(ids) and end().
class CallableStreamer final : public generation::Streamer {
 public:
  explicit CallableStreamer(py::object streamer) : streamer_(std::move(streamer)) {}
  void put(std::span<const generation::Token> tokens) override;
  void end() override;

 private:
  py::object streamer_;
};

/// Runs Python's signal handlers now and then: one that comes between two runs of a session would
/// wait for the end of the generation. For the main thread.
class SignalCheck final : public generation::StoppingCriterion {
 public:
  void check(const generation::Sequences& sequences, const generation::Logits& scores,
             std::span<char> done) const override;

 private:
  mutable std::chrono::steady_clock::time_point next_;
};

/// A callable (prompt index, ids) -> ids that may follow; none for None.
generation::AllowedTokens allowed_tokens(const py::object& callable);

/// Copies of the lists, made with the GIL held.
generation::LogitsProcessors callable_processors(const py::iterable& callables);
void append_criteria(const py::iterable& callables, generation::StoppingCriteria& criteria);

}  // namespace onnxformers::bindings
