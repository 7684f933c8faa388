#pragma once

#include <cstddef>
#include <exception>

#include "generation/search/search.h"

namespace onnxformers::generation {

/// A greedy search or sampling that runs beside others, and who hears of its end: once, by `finish`
/// or `fail`.
class Request {
 public:
  Request() = default;
  virtual ~Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  Request(Request&&) = delete;
  Request& operator=(Request&&) = delete;

  [[nodiscard]] virtual const SearchParts& parts() const = 0;
  [[nodiscard]] virtual const Prompts& prompts() const = 0;

  /// Throws when it is not to go on: cancelled, or its time is over. Called between steps.
  virtual void check() const = 0;

  virtual void finish(SearchResult result) noexcept = 0;
  virtual void fail(std::exception_ptr error) noexcept = 0;

  /// Rows that it writes.
  [[nodiscard]] std::size_t rows() const {
    return prompts().rows * parts().options.count("num_return_sequences", 1).value_or(1);
  }
  /// Tokens of a row at most, the prompt's among them.
  [[nodiscard]] std::size_t longest() const {
    return parts().options.count("max_length").value_or(prompts().length);
  }
};

}  // namespace onnxformers::generation
