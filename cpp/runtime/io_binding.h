#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/session.h"

namespace onnxformers::runtime {

/// "cuda:1" → {"cuda", 1}. Throws InvalidArgument.
Device parse_device(const std::string& text);

/// Inputs and outputs of a session that stay bound between runs, on the CPU or a GPU. For one
/// thread at a time.
class IoBinding {
 public:
  explicit IoBinding(std::shared_ptr<const Session> session);
  ~IoBinding();
  IoBinding(const IoBinding&) = delete;
  IoBinding& operator=(const IoBinding&) = delete;
  IoBinding(IoBinding&&) = delete;
  IoBinding& operator=(IoBinding&&) = delete;

  [[nodiscard]] const Session& session() const noexcept { return *session_; }

  /// The value's memory must stay until another value is bound. Throws InvalidArgument for an
  /// unknown name.
  void bind_input(const std::string& name, const ort::Value* value);
  /// The runtime allocates the output there, anew in each run: results of earlier runs stay.
  void bind_output(const std::string& name, const Device& device);
  RunEnd run(const RunLimits& limits = {});
  /// The bound outputs of the last run, in the order in which they were bound; ready to be read.
  [[nodiscard]] std::vector<Handle<ort::Value>> outputs() const;
  /// Names in the same order.
  [[nodiscard]] const std::string& output_name(std::size_t i) const { return outputs_.at(i).name; }
  void clear();

 private:
  struct Output {
    std::string name;
    Handle<ort::MemoryInfo> memory;
  };
  void bind(const Output& output);

  std::shared_ptr<const Session> session_;  ///< outlives the binding
  Handle<ort::IoBinding> handle_;
  std::vector<Output> outputs_;
  bool has_run_ = false;
};

}  // namespace onnxformers::runtime
