#include "runtime/io_binding.h"

#include <algorithm>
#include <charconv>

#include "runtime/env.h"
#include "runtime/fork.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "IoBinding";

void check_name(const std::vector<NodeInfo>& nodes, const std::string& name,
                std::string_view what) {
  if (std::ranges::find(nodes, name, &NodeInfo::name) == nodes.end()) {
    std::string known;
    for (const NodeInfo& node : nodes) {
      known.append(known.empty() ? "" : ", ").append(node.name);
    }
    fail(ErrorKind::InvalidArgument, kPlace,
         "the model has no " + std::string(what) + " '" + name + "'; it has " + known);
  }
}

/// ONNX Runtime's name for the memory of a device.
Handle<ort::MemoryInfo> device_memory(const Device& device) {
  // TensorRT's tensors lie in CUDA's memory.
  const bool is_cuda = device.name == "cuda" || device.name == "tensorrt";
  std::string name = device.name == "cpu" ? "Cpu" : device.name;
  if (is_cuda) {
    name = "Cuda";
  }
  ort::MemoryInfo* raw = nullptr;
  check(api().CreateMemoryInfo(name.c_str(), ort::AllocatorType::Device, device.id,
                               ort::MemType::Default, &raw),
        kPlace);
  return Handle<ort::MemoryInfo>(raw);
}

}  // namespace

Device parse_device(const std::string& text) {
  const std::size_t colon = text.find(':');
  Device device{.name = text.substr(0, colon), .id = 0};
  bool is_right = !device.name.empty();
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, device.id);
    is_right = is_right && error == std::errc() && stop == end && device.id >= 0;
  }
  if (!is_right) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "expected a device such as 'cpu' or 'cuda:0', got '" + text + "'");
  }
  return device;
}

IoBinding::IoBinding(std::shared_ptr<const Session> session)
    : session_(std::move(session)),
      handle_((check_generation(session_->generation(), kPlace),
               make_handle<ort::IoBinding>(kPlace, api().CreateIoBinding, session_->handle()))) {}

IoBinding::~IoBinding() {
  if (session_->generation() != process_generation()) {
    [[maybe_unused]] const ort::IoBinding* left = handle_.release();
  }
}

void IoBinding::bind_input(const std::string& name, const ort::Value* value) {
  check_name(session_->inputs(), name, "input");
  check(api().BindInput(handle_.get(), name.c_str(), value), kPlace);
}

void IoBinding::bind_output(const std::string& name, const Device& device) {
  check_name(session_->outputs(), name, "output");
  Output output{.name = name, .memory = device_memory(device)};
  bind(output);
  const auto known = std::ranges::find(outputs_, name, &Output::name);
  if (known != outputs_.end()) {
    *known = std::move(output);
  } else {
    outputs_.push_back(std::move(output));
  }
}

void IoBinding::bind(const Output& output) {
  check(api().BindOutputToDevice(handle_.get(), output.name.c_str(), output.memory.get()), kPlace);
}

RunEnd IoBinding::run(const RunLimits& limits) {
  if (has_run_) {
    // Else the runtime would write into the results of the last run, which somebody may hold.
    std::ranges::for_each(outputs_, [this](const Output& output) { bind(output); });
  }
  has_run_ = true;
  return session_->run(*handle_, limits);
}

std::vector<Handle<ort::Value>> IoBinding::outputs() const {
  const ort::Api& table = api();
  check(table.SynchronizeBoundOutputs(handle_.get()), kPlace);
  ort::Value** raw = nullptr;
  std::size_t count = 0;
  check(table.GetBoundOutputValues(handle_.get(), default_allocator(), &raw, &count), kPlace);
  const Allocated<ort::Value*> owner(raw);
  std::vector<Handle<ort::Value>> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    values.emplace_back(raw[i]);
  }
  return values;
}

void IoBinding::clear() {
  api().ClearBoundInputs(handle_.get());
  api().ClearBoundOutputs(handle_.get());
  outputs_.clear();
}

}  // namespace onnxformers::runtime
