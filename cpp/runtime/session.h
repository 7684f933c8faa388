#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/onnx_file.h"
#include "runtime/run_control.h"
#include "runtime/session_options.h"
#include "runtime/value.h"

namespace onnxformers::runtime {

struct Dim {
  std::int64_t size = -1;  ///< -1: not fixed
  std::string name;        ///< of a symbolic dimension; may be empty
};

/// An input or output of a model.
struct NodeInfo {
  std::string name;
  ort::ONNXType kind = ort::ONNXType::Unknown;
  ort::ElemType type = ort::ElemType::Undefined;
  bool is_rank_known = false;
  std::vector<Dim> dims;
};

/// Where a model comes from: a file, or bytes.
struct ModelSource {
  std::string path;  ///< UTF-8; empty: take the bytes
  std::string_view
      bytes;  ///< needed during opening only, unless a "…bytes…" config entry says otherwise
};

/// Names and values of one run; the arrays are the caller's.
struct RunArguments {
  std::span<const char* const> input_names;
  std::span<const ort::Value* const> inputs;
  std::span<const char* const> output_names;
  std::span<ort::Value*> outputs;  ///< NULL slots receive new values that the caller owns
};

enum class RunEnd : std::uint8_t {
  Done,
  DoneDuringInterrupt,  ///< the results are there; SIGINT came meanwhile
  Interrupted,          ///< SIGINT stopped the run: no results
};

/// An open model. Immutable: one serves any number of threads.
class Session {
 public:
  /// Throws FileFormat, MissingFile, Provider, InvalidArgument, Session.
  static std::shared_ptr<const Session> open(const ModelSource& source,
                                             const SessionConfig& config);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  [[nodiscard]] const std::vector<NodeInfo>& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const std::vector<NodeInfo>& outputs() const noexcept { return outputs_; }
  [[nodiscard]] const StringPairs& metadata() const noexcept { return metadata_; }
  /// Full names in order of priority; the CPU is last.
  [[nodiscard]] const std::vector<std::string>& providers() const noexcept { return providers_; }
  /// Where results can stay without a copy.
  [[nodiscard]] const Device& device() const noexcept { return device_; }
  [[nodiscard]] bool has_shared_pool() const noexcept { return uses_shared_pool_; }

  /// The input at a position. Throws InvalidType when it is no tensor.
  [[nodiscard]] const NodeInfo& tensor_input(std::size_t index) const;

  /// Throws InvalidType or InvalidArgument unless a tensor of this type and shape fits the input.
  void check_input(std::size_t index, ort::ElemType type,
                   std::span<const std::int64_t> shape) const;

  /// Runs the model. Thread-safe.
  /// Throws Session (ONNX Runtime's words), Timeout, Cancelled, Forked; the session stays usable.
  [[nodiscard]] RunEnd run(const RunArguments& arguments, const RunLimits& limits = {}) const;

  /// The same over an IO binding.
  [[nodiscard]] RunEnd run(ort::IoBinding& binding, const RunLimits& limits = {}) const;

  /// For objects that ONNX Runtime makes from a session.
  [[nodiscard]] ort::Session* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

 private:
  Session(Handle<ort::Session> handle, const SessionConfig& config, bool uses_shared_pool);
  template <typename Call>
  RunEnd run_guarded(const RunLimits& limits, Call call) const;

  Handle<ort::Session> handle_;
  std::uint64_t generation_;
  bool uses_shared_pool_;
  std::vector<NodeInfo> inputs_;
  std::vector<NodeInfo> outputs_;
  StringPairs metadata_;
  std::vector<std::string> providers_;
  Device device_;
};

}  // namespace onnxformers::runtime
