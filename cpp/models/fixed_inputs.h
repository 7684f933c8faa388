#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/decoder_graph.h"
#include "runtime/value.h"

namespace onnxformers::models {

/// A value that goes into every step.
struct FixedInput {
  std::string name;
  runtime::Handle<ort::Value> value;  ///< over memory that outlives the generation
};

/// The inputs of a generation that are no tokens. Where the session leaves axis 0 open, they have
/// one row for each row of the generation and follow it.
class FixedInputs {
 public:
  /// Throws InvalidArgument when one is missing, or none of the graph's.
  FixedInputs(const DecoderGraph& graph, std::vector<FixedInput> inputs);

  /// nullptr for one that was not given.
  [[nodiscard]] const ort::Value* value(std::string_view name) const;

  /// Forgets one, if it was given.
  void drop(std::string_view name);

  /// Whether there is one that follows the rows.
  [[nodiscard]] bool has_rows() const noexcept;

  /// Makes them fit a batch: each of their rows is repeated as often as is needed.
  /// Throws InvalidArgument when that does not come out even.
  void repeat_to(std::size_t rows);

  /// Row i becomes what row `parents[i]` was.
  void select(std::span<const std::size_t> parents);

 private:
  struct Entry {
    std::string name;
    runtime::Handle<ort::Value> value;
    bool follows_rows = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace onnxformers::models
