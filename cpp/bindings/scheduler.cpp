#include "bindings/scheduler.h"

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "bindings/decoder_graph.h"
#include "bindings/generation_job.h"
#include "bindings/generation_results.h"
#include "bindings/gil.h"
#include "bindings/interrupt_flag.h"
#include "generation/scheduling/scheduler.h"
#include "models/decoder_steps.h"
#include "runtime/fork.h"
#include "runtime/run_control.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;
using Cancels = std::vector<std::shared_ptr<runtime::CancelToken>>;

/// How a request ended.
class Outcome {
 public:
  Outcome(generation::SearchResult result, std::size_t score_rows)
      : result_(std::move(result)), score_rows_(score_rows) {}
  explicit Outcome(std::exception_ptr error) : error_(std::move(error)) {}

  /// Raises what ended the request.
  [[nodiscard]] Named result() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
    return to_python(result_, score_rows_);
  }

 private:
  generation::SearchResult result_;
  std::size_t score_rows_ = 0;
  std::exception_ptr error_;
};

/// What may end a request from outside.
struct Ends {
  std::optional<runtime::Clock::time_point> deadline;
  Cancels cancels;

  void check() const {
    for (const auto& token : cancels) {
      if (token->cancelled()) {
        runtime::fail_stopped(runtime::StopCause::Cancel);
      }
    }
    if (deadline && *deadline <= runtime::Clock::now()) {
      runtime::fail_stopped(runtime::StopCause::Timeout);
    }
  }
};

/// A request of Python. Its owner, the scheduler, knows nothing of the GIL.
class PyRequest final : public generation::Request {
 public:
  PyRequest(std::unique_ptr<GenerationJob> job, Ends ends, py::object done)
      : job_(std::move(job)), ends_(std::move(ends)), done_(std::move(done)) {}
  ~PyRequest() override {  // NOLINT(bugprone-exception-escape): only Python's end throws
    const py::gil_scoped_acquire acquire;
    job_.reset();
    done_ = {};
  }

  [[nodiscard]] const generation::SearchParts& parts() const override { return job_->parts(); }
  [[nodiscard]] const generation::Prompts& prompts() const override { return job_->prompts(); }
  void check() const override { ends_.check(); }

  void finish(generation::SearchResult result) noexcept override {
    tell(Outcome(std::move(result), job_->score_rows()));
  }
  void fail(std::exception_ptr error) noexcept override { tell(Outcome(std::move(error))); }

 private:
  // NOLINTNEXTLINE(bugprone-exception-escape): likewise
  void tell(Outcome outcome) noexcept {
    const py::gil_scoped_acquire acquire;
    try {
      done_(std::move(outcome));
    } catch (py::error_already_set& error) {
      error.discard_as_unraisable("a request's end");
    }
  }

  std::unique_ptr<GenerationJob> job_;
  Ends ends_;
  py::object done_;
};

/// onnxformers._native.generation.Scheduler.
class PyScheduler {
 public:
  PyScheduler(const PyDecoderGraph& graph, std::size_t max_rows,
              std::optional<std::size_t> max_tokens, std::size_t max_waiting)
      : generation_(runtime::process_generation()),
        stop_(std::make_shared<runtime::CancelToken>()),
        scheduler_(std::make_unique<generation::Scheduler>(
            [stop = stop_, opened = graph.open()] { return open_steps(opened, *stop); },
            generation::BatchLimits{
                .rows = max_rows,
                .tokens = max_tokens.value_or(std::numeric_limits<std::int64_t>::max()),
            },
            max_waiting)) {}
  ~PyScheduler() {
    if (generation_ != runtime::process_generation()) {
      // NOLINTNEXTLINE(bugprone-unused-return-value): its locks may be held by threads that did not
      // survive
    }
  }
  PyScheduler(const PyScheduler&) = delete;
  PyScheduler& operator=(const PyScheduler&) = delete;
  PyScheduler(PyScheduler&&) = delete;
  PyScheduler& operator=(PyScheduler&&) = delete;

  [[nodiscard]] generation::Scheduler& open() const {
    runtime::check_generation(generation_, "GenerationQueue");
    return *scheduler_;
  }

  void close(bool cancels) const {
    if (generation_ != runtime::process_generation()) {
      return;
    }
    if (cancels) {
      stop_->cancel();
    }
    scheduler_->close();
  }

 private:
  static std::unique_ptr<generation::StepModel> open_steps(
      const std::shared_ptr<const models::DecoderGraph>& graph, runtime::CancelToken& stop) {
    auto steps = std::make_unique<models::DecoderSteps>(graph, std::vector<models::FixedInput>{},
                                                        cache_device(*graph, std::nullopt));
    steps->set_limits({.run = {.cancel = &stop}});
    return steps;
  }

  std::uint64_t generation_;
  std::shared_ptr<runtime::CancelToken> stop_;
  std::unique_ptr<generation::Scheduler> scheduler_;
};

bool submit(const PyScheduler& self, py::object done, Ends ends, const py::dict& options,
            const Ids& ids, const std::optional<Ids>& mask, const GenerationExtras& extras) {
  auto job = std::make_unique<GenerationJob>(nullptr, options, ids, mask, extras);
  std::unique_ptr<generation::Request> request =
      std::make_unique<PyRequest>(std::move(job), std::move(ends), std::move(done));
  generation::Scheduler& scheduler = self.open();
  // The worker takes the GIL while it holds no lock, but destroys requests under none either.
  const GilRelease release;
  return scheduler.submit(std::move(request));
}

}  // namespace

void bind_scheduler(py::module_& m) {
  py::class_<Outcome>(m, "Outcome", "How a request ended.")
      .def("result", &Outcome::result, "As generate() gives it; raises what ended the request.");
  py::class_<PyScheduler>(m, "Scheduler",
                          "Requests of any threads, run as one batch on the thread that calls run.")
      .def(py::init<const PyDecoderGraph&, std::size_t, std::optional<std::size_t>, std::size_t>(),
           "graph"_a, py::kw_only(), "max_rows"_a, "max_tokens"_a, "max_waiting"_a)
      .def(
          "submit",
          [](const PyScheduler& self, const py::typing::Callable<void(Outcome)>& done,
             const Named& options, const Ids& ids, const MaybeIds& mask,
             const Callables& processors, const Callables& stopping,
             const std::vector<const InterruptFlag*>& interrupts,
             const std::vector<std::string>& stop_strings,
             const GenerationExtras::MaybeTokenizer& tokenizer, const py::object& streamer,
             const py::object& prefix_allowed_tokens_fn, std::optional<double> timeout_s,
             Cancels cancels) {
            return submit(
                self, done,
                {.deadline = runtime::deadline_after(timeout_s), .cancels = std::move(cancels)},
                options, ids, mask,
                {
                    .processors = processors,
                    .stopping = stopping,
                    .interrupts = interrupts,
                    .stop_strings = stop_strings,
                    .tokenizer = tokenizer,
                    .streamer = streamer,
                    .prefix_allowed_tokens_fn = prefix_allowed_tokens_fn,
                });
          },
          "done"_a, "options"_a, "ids"_a.noconvert(), "mask"_a.noconvert() = py::none(),
          py::kw_only(), "processors"_a = py::tuple(), "stopping"_a = py::tuple(),
          "interrupts"_a = py::tuple(), "stop_strings"_a = py::tuple(), "tokenizer"_a = py::none(),
          "streamer"_a = py::none(), "prefix_allowed_tokens_fn"_a = py::none(),
          "timeout_s"_a = py::none(), "cancels"_a = Cancels(),
          "Calls done(outcome) at the request's end, on the thread of run. False: as many wait as "
          "may.")
      .def(
          "run",
          [](const PyScheduler& self) {
            generation::Scheduler& scheduler = self.open();
            const GilRelease release;
            scheduler.run();
          },
          "Runs requests until close.")
      .def("close", &PyScheduler::close, "cancels"_a, py::call_guard<GilRelease>(),
           "Takes no further requests; cancels: stops those there are.")
      .def(
          "load",
          [](const PyScheduler& self) {
            const auto load = self.open().load();
            return std::pair(load.running, load.waiting);
          },
          "Requests that run, and that wait.");
}

}  // namespace onnxformers::bindings
