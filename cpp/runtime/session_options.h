#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/handles.h"
#include "runtime/providers.h"

namespace onnxformers::runtime {

/// A file of weights that lies in memory, under the name the model has for it.
struct ExternalData {
  std::string name;
  std::string_view bytes;  ///< stays alive as long as the session
};

/// How a session is opened.
struct SessionConfig {
  std::vector<ProviderSpec> providers = {{.name = "cpu", .options = {}}};
  unsigned intra_op_threads =
      0;  ///< threads inside an operator, the caller's included; 0: cpu_info().threads
  unsigned inter_op_threads = 1;  ///< operators at the same time; only with parallel_execution
  bool parallel_execution = false;
  bool shared_thread_pool = false;  ///< use the process's pools; own ones when those cannot be had
  std::optional<bool> spinning =
      std::nullopt;  ///< workers wait actively between operators; nullopt: our default
  std::string graph_optimization = "all";  ///< off, basic, extended, layout, all
  bool map_weights = true;  ///< see mapped_weights.h; CPU only, and not with optimized_model_path
  bool memory_arena = true;
  std::optional<bool> memory_pattern =
      std::nullopt;            ///< nullopt: off when an input has a symbolic dimension
  StringPairs config_entries;  ///< ONNX Runtime's session.* keys; they win over the fields above
  std::vector<std::pair<std::string, std::int64_t>>
      free_dimensions;  ///< sizes of symbolic dimensions
  std::vector<ExternalData> external_data;
  std::string optimized_model_path;  ///< where the optimised graph is written; empty: nowhere
  int log_severity = 3;              ///< 0 verbose .. 4 fatal, on stderr
};

/// Facts about the model that some defaults hang on.
struct ModelTraits {
  bool has_symbolic_inputs = true;
};

/// Throws InvalidArgument for values out of range, Provider for providers that are not there.
Handle<ort::SessionOptions> make_session_options(const SessionConfig& config,
                                                 const ModelTraits& traits, bool use_shared_pool);

/// The value of a config entry, or "".
std::string_view config_entry(const SessionConfig& config, std::string_view key);

/// intra_op_threads with its default filled in.
unsigned intra_op_threads(const SessionConfig& config);

}  // namespace onnxformers::runtime
