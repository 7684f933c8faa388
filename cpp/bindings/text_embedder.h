#pragma once

#include "bindings/module.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

#include "bindings/runtime_session.h"
#include "bindings/tokenizer_arguments.h"
#include "models/pooling.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

/// onnxformers._native.models.TextEmbedder: one text to one vector without Python between
/// tokenizer, session and pooling. Immutable; one serves many threads.
class TextEmbedder {
 public:
  using Vector = py::array_t<float, py::array::c_style>;
  using Cancel = py::typing::Optional<runtime::CancelToken>;

  /// Throws InvalidArgument for a model that takes more than token ids, their mask and types, or
  /// whose `output` is not one float32 vector a token on the CPU.
  TextEmbedder(std::shared_ptr<const tokenizers::Tokenizer> tokenizer, const PySession& session,
               const std::string& output);

  /// Shape (1, width), and whether the text was cut.
  [[nodiscard]] py::typing::Tuple<Vector, bool> embed(const py::object& text,
                                                      const std::string& pooling, bool normalize,
                                                      const RowArguments& row,
                                                      std::optional<double> timeout_s,
                                                      const Cancel& cancel) const;

 private:
  struct Call;

  [[nodiscard]] runtime::RunEnd run(Call& call, const OpenModel& model,
                                    const runtime::RunLimits& limits) const;
  [[nodiscard]] Vector pooled(Call& call, const OpenModel& model, models::Pooling kind,
                              bool normalize) const;

  std::shared_ptr<const tokenizers::Tokenizer> tokenizer_;
  const PySession* session_;          ///< kept alive by the binding
  std::vector<std::size_t> columns_;  ///< input of the session → ids, mask or types
  std::size_t output_;
};

}  // namespace onnxformers::bindings
