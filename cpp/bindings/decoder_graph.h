#pragma once

#include "bindings/module.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <pybind11/typing.h>

#include "bindings/runtime_session.h"
#include "models/decoder_graph.h"

namespace onnxformers::bindings {

/// input, output, is_encoder, shape, rows_factor, sequence_axis of a Python CacheSlot.
using SlotFields =
    std::tuple<std::string, std::string, bool, std::vector<std::int64_t>, std::size_t, std::size_t>;

/// onnxformers._native.generation.DecoderGraph: the sessions of a decoder, which all its
/// generations share.
class PyDecoderGraph {
 public:
  using OptionalSession = py::typing::Optional<PySession>;

  PyDecoderGraph(const OptionalSession& first, const OptionalSession& later,
                 const std::vector<SlotFields>& slots, const OptionalSession& embedder,
                 std::size_t positions);

  /// Throws Closed when one of the sessions was closed.
  [[nodiscard]] std::shared_ptr<const models::DecoderGraph> open() const;

  /// Of the later steps, and then of the first.
  [[nodiscard]] std::vector<std::shared_ptr<const OpenModel>> models() const;

 private:
  std::vector<OptionalSession> sessions_;
  std::shared_ptr<const models::DecoderGraph> graph_;
};

/// Where the cache lies: the device asked for, else that of the session; nothing for plain memory.
std::optional<runtime::Device> cache_device(const models::DecoderGraph& graph,
                                            const std::optional<std::string>& asked);

void bind_decoder_graph(py::module_& m);

}  // namespace onnxformers::bindings
