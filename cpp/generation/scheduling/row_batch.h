#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "generation/scheduling/request.h"
#include "generation/search/row_search.h"

namespace onnxformers::generation {

/// What may run at a time.
struct BatchLimits {
  std::size_t rows = 0;    ///< of all requests
  std::size_t tokens = 0;  ///< rows times the longest that one of them may become
};

/// Requests whose rows a model reads as one batch. They come and go at any step; each has its own
/// options, and what ends one leaves the others as they are. For one thread.
class RowBatch {
 public:
  using OpenModel = std::function<std::unique_ptr<StepModel>()>;

  /// @param open makes a model without rows; called when there is none to run.
  RowBatch(OpenModel open, const BatchLimits& limits) : open_(std::move(open)), limits_(limits) {}

  [[nodiscard]] const BatchLimits& limits() const noexcept { return limits_; }
  [[nodiscard]] bool empty() const noexcept { return running_.empty(); }
  [[nodiscard]] std::size_t requests() const noexcept { return running_.size(); }

  /// Whether it would be within the limits, beside those that run and `coming`.
  [[nodiscard]] bool has_room(const Request& request,
                              std::span<const std::unique_ptr<Request>> coming) const;

  /// Reads their prompts and chooses their first tokens.
  void admit(std::vector<std::unique_ptr<Request>> requests);

  /// Drops requests that are to stop, and gives each of the others one more token.
  void step();

 private:
  /// A request and its rows of the model.
  struct Running {
    explicit Running(std::unique_ptr<Request> given) : request(std::move(given)) {}
    void fail() noexcept;
    void advance(const Logits& logits) noexcept;

    std::unique_ptr<Request> request;
    std::optional<RowSearch> search{};
    std::size_t first_row = 0;
    std::size_t model_rows = 0;  ///< one for each prompt at first
    bool is_over = false;
  };
  using RunningRequests = std::vector<std::unique_ptr<Running>>;

  void read(RunningRequests group, std::span<const Prompts> prompts);
  void drop_stopped();
  void drop_ended();
  void run();
  void read_again();

  OpenModel open_;
  BatchLimits limits_;
  std::unique_ptr<StepModel> model_;
  RunningRequests running_;  ///< as their rows lie in the model
  std::vector<Token> tokens_;
  std::vector<std::size_t> parents_;
};

}  // namespace onnxformers::generation
