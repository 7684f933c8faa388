#include "bindings/generation_callables.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/errors.h"
#include "bindings/generation_arrays.h"

namespace onnxformers::bindings {

namespace {

using generation::Logits;
using generation::Sequences;
using generation::Token;

py::ssize_t signed_size(std::size_t size) { return static_cast<py::ssize_t>(size); }

Ids ids_of(const Sequences& sequences) {
  Ids ids({sequences.rows(), sequences.length()});
  for (std::size_t i = 0; i < sequences.rows(); ++i) {
    std::ranges::copy(sequences.row(i), ids.mutable_data(signed_size(i), 0));
  }
  return ids;
}

Ids ids_of(std::span<const Token> tokens) {
  Ids ids(signed_size(tokens.size()));
  std::ranges::copy(tokens, ids.mutable_data());
  return ids;
}

Scores scores_of(const Logits& logits) {
  Scores scores({logits.rows, logits.vocab_size});
  for (std::size_t i = 0; i < logits.rows; ++i) {
    std::ranges::copy(logits.row(i), scores.mutable_data(signed_size(i), 0));
  }
  return scores;
}

std::string name_of(py::handle callable) {
  return py::hasattr(callable, "__name__") ? std::string(py::str(callable.attr("__name__")))
                                           : Py_TYPE(callable.ptr())->tp_name;
}

/// Calls, and writes what comes back over the scores.
void process_with(const py::object& callable, const Ids& ids, const Logits& logits) {
  const py::object returned = callable(ids, scores_of(logits));
  ReturnedScores scores = ReturnedScores::ensure(returned);
  if (!scores || returned.is_none()) {
    PyErr_Clear();
    fail(ErrorKind::InvalidType, "LogitsProcessor",
         name_of(callable) + " must return the scores as an array, got " +
             Py_TYPE(returned.ptr())->tp_name);
  }
  if (scores.ndim() != 2 || scores.shape(0) != signed_size(logits.rows) ||
      scores.shape(1) != signed_size(logits.vocab_size)) {
    fail(ErrorKind::InvalidArgument, "LogitsProcessor",
         name_of(callable) + " must return scores of the shape that it was given, (" +
             std::to_string(logits.rows) + ", " + std::to_string(logits.vocab_size) + "); got " +
             std::string(py::str(returned.attr("shape"))));
  }
  for (std::size_t i = 0; i < logits.rows; ++i) {
    std::copy_n(scores.data(signed_size(i), 0), logits.vocab_size, logits.row(i).begin());
  }
}

}  // namespace

void CallableProcessor::process_rows(const Sequences& sequences, const Logits& logits) {
  const py::gil_scoped_acquire acquire;
  process_with(callable_, ids_of(sequences), logits);
}

void CallableProcessor::process(std::span<const Token> tokens, std::span<float> scores) {
  const py::gil_scoped_acquire acquire;
  const Ids ids = ids_of(tokens).reshape({1, -1});
  process_with(
      callable_, ids,
      {.data = scores.data(), .rows = 1, .vocab_size = scores.size(), .stride = scores.size()});
}

void CallableCriterion::check(const Sequences& sequences, const Logits& scores,
                              std::span<char> done) const {
  const py::gil_scoped_acquire acquire;
  const py::object given = scores.data == nullptr ? py::none() : py::object(scores_of(scores));
  const py::object returned = callable_(ids_of(sequences), given);
  const ReturnedFlags flags = ReturnedFlags::ensure(returned);
  const bool is_one = flags && flags.size() == 1;
  if (!flags || returned.is_none() || (!is_one && flags.size() != signed_size(done.size()))) {
    PyErr_Clear();
    fail(ErrorKind::InvalidType, "StoppingCriteria",
         name_of(callable_) + " must return a bool, or one for each of the " +
             std::to_string(done.size()) + " rows; got " + std::string(py::repr(returned)));
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (flags.data()[is_one ? 0 : i]) {
      done[i] = 1;
    }
  }
}

void CallableStreamer::put(std::span<const Token> tokens) {
  const py::gil_scoped_acquire acquire;
  streamer_.attr("put")(ids_of(tokens));
}

void CallableStreamer::end() {
  const py::gil_scoped_acquire acquire;
  streamer_.attr("end")();
}

void SignalCheck::check(const Sequences& /*sequences*/, const Logits& /*scores*/,
                        std::span<char> /*done*/) const {
  constexpr std::chrono::milliseconds kPause{20};
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) {
    return;
  }
  next_ = now + kPause;
  const py::gil_scoped_acquire acquire;
  if (PyErr_CheckSignals() != 0) {
    throw py::error_already_set();
  }
}

generation::AllowedTokens allowed_tokens(const py::object& callable) {
  if (callable.is_none()) {
    return {};
  }
  // Copies of the function are made and destroyed without the GIL; the object is not copied then.
  const auto kept = std::make_shared<const py::object>(callable);
  return [kept](std::size_t batch, std::span<const Token> tokens) {
    const py::gil_scoped_acquire acquire;
    const py::object returned = (*kept)(batch, ids_of(tokens));
    const ReturnedIds allowed = ReturnedIds::ensure(returned);
    if (!allowed || returned.is_none()) {
      PyErr_Clear();
      fail(ErrorKind::InvalidType, "prefix_allowed_tokens_fn",
           "must return a list of token ids, got " + std::string(py::repr(returned)));
    }
    return generation::Tokens(allowed.data(), allowed.data() + allowed.size());
  };
}

generation::LogitsProcessors callable_processors(const py::iterable& callables) {
  generation::LogitsProcessors processors;
  for (const py::handle callable : callables) {
    processors.push_back(
        std::make_unique<CallableProcessor>(py::reinterpret_borrow<py::object>(callable)));
  }
  return processors;
}

void append_criteria(const py::iterable& callables, generation::StoppingCriteria& criteria) {
  for (const py::handle callable : callables) {
    criteria.push_back(
        std::make_unique<CallableCriterion>(py::reinterpret_borrow<py::object>(callable)));
  }
}

}  // namespace onnxformers::bindings
