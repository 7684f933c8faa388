#include "runtime/providers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

#include "runtime/handles.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "providers";
constexpr std::string_view kSuffix = "ExecutionProvider";

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
  return result;
}

/// Keys and values as the C API takes them.
struct OptionArrays {
  explicit OptionArrays(const StringPairs& options) {
    for (const auto& [key, value] : options) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
  }
  std::vector<const char*> keys;
  std::vector<const char*> values;
};

ort::Status* append_cpu(ort::SessionOptions* /*options*/, const ProviderSpec& /*spec*/) {
  return nullptr;
}

ort::Status* append_cuda(ort::SessionOptions* options, const ProviderSpec& spec) {
  const ort::Api& table = api();
  const auto cuda =
      make_handle<ort::CUDAProviderOptionsV2>(kPlace, table.CreateCUDAProviderOptions);
  const OptionArrays arrays(spec.options);
  // The update loads the provider's library, so it is called without options too.
  if (ort::Status* status = table.UpdateCUDAProviderOptions(
          cuda.get(), arrays.keys.data(), arrays.values.data(), arrays.keys.size());
      status != nullptr) {
    return status;
  }
  return table.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda.get());
}

ort::Status* append_tensorrt(ort::SessionOptions* options, const ProviderSpec& spec) {
  const ort::Api& table = api();
  const auto tensorrt =
      make_handle<ort::TensorRTProviderOptionsV2>(kPlace, table.CreateTensorRTProviderOptions);
  const OptionArrays arrays(spec.options);
  if (ort::Status* status = table.UpdateTensorRTProviderOptions(
          tensorrt.get(), arrays.keys.data(), arrays.values.data(), arrays.keys.size());
      status != nullptr) {
    return status;
  }
  return table.SessionOptionsAppendExecutionProvider_TensorRT_V2(options, tensorrt.get());
}

/// Providers of other builds. Releases differ in which of the spellings they know.
ort::Status* append_by_name(ort::SessionOptions* options, const ProviderSpec& spec) {
  const std::string full = provider_name(spec.name);
  const std::string brief = full.substr(0, full.size() - kSuffix.size());
  const OptionArrays arrays(spec.options);
  ort::Status* status = nullptr;
  for (const std::string& name : {full, brief, upper(brief)}) {
    api().ReleaseStatus(status);
    status = api().SessionOptionsAppendExecutionProvider(options, name.c_str(), arrays.keys.data(),
                                                         arrays.values.data(), arrays.keys.size());
    if (status == nullptr || api().GetErrorCode(status) != ort::ErrorCode::InvalidArgument) {
      break;
    }
  }
  return status;
}

struct Provider {
  std::string_view short_name;
  std::string_view full_name;
  ort::Status* (*append)(ort::SessionOptions*, const ProviderSpec&);
  std::string_view remedy;  ///< what to install when the build lacks it
};

constexpr std::string_view kGpuRemedy =
    "install the GPU build: pip uninstall -y onnxruntime && pip install 'onnxformers[gpu]'";
constexpr std::string_view kOtherRemedy =
    "install an ONNX Runtime distribution that has it (only one distribution at a time)";

// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<Provider, 3> kProviders = {{
    {"cpu", "CPUExecutionProvider", append_cpu, ""},
    {"cuda", "CUDAExecutionProvider", append_cuda, kGpuRemedy},
    {"tensorrt", "TensorrtExecutionProvider", append_tensorrt, kGpuRemedy},
}};
constexpr Provider kOther = {"", "", append_by_name, kOtherRemedy};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

const Provider& find_provider(const std::string& name) {
  const std::string wanted = lower(name);
  for (const Provider& row : kProviders) {
    if (wanted == row.short_name || wanted == lower(row.full_name)) {
      return row;
    }
  }
  return kOther;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

void append(ort::SessionOptions* options, const ProviderSpec& spec) {
  const Provider& row = find_provider(spec.name);
  const std::string name = provider_name(spec.name);
  const std::vector<std::string> available = available_providers();
  if (std::ranges::find(available, name) == available.end()) {
    fail(ErrorKind::Provider, kPlace,
         "the installed ONNX Runtime " + library()->version + " has no " + name + " (it has " +
             joined(available) + "): " + std::string(row.remedy));
  }
  if (ort::Status* status = row.append(options, spec); status != nullptr) {
    fail(ErrorKind::Provider, kPlace, name + " cannot be used: " + take_failure(status).text);
  }
}

}  // namespace

std::vector<std::string> available_providers() {
  const ort::Api& table = api();
  char** names = nullptr;
  int count = 0;
  check(table.GetAvailableProviders(&names, &count), kPlace);
  std::vector<std::string> result(names, names + count);
  check(table.ReleaseAvailableProviders(names, count), kPlace);
  return result;
}

std::string provider_name(const std::string& name) {
  if (const Provider& row = find_provider(name); !row.full_name.empty()) {
    return std::string(row.full_name);
  }
  // As ONNX Runtime spells it, when it has it: "xnnpack" → "XnnpackExecutionProvider".
  std::string full = name.ends_with(kSuffix) ? name : name + std::string(kSuffix);
  for (const std::string& known : available_providers()) {
    if (lower(known) == lower(full)) {
      return known;
    }
  }
  return full;
}

Device memory_device(const std::vector<ProviderSpec>& providers) {
  const std::string first = providers.empty() ? "" : provider_name(providers.front().name);
  if (first != provider_name("cuda") && first != provider_name("tensorrt")) {
    return {};
  }
  // TensorRT's tensors lie in CUDA's memory.
  Device device{.name = "cuda", .id = 0};
  for (const auto& [key, value] : providers.front().options) {
    if (key == "device_id") {
      std::from_chars(value.data(), value.data() + value.size(), device.id);
    }
  }
  return device;
}

void append_providers(ort::SessionOptions* options, const std::vector<ProviderSpec>& providers) {
  if (providers.empty()) {
    fail(ErrorKind::InvalidArgument, kPlace, "the list of providers is empty; use [('cpu', {})]");
  }
  for (std::size_t i = 0; i < providers.size(); ++i) {
    if (i > 0 && find_provider(providers[i - 1].name).append == append_cpu) {
      fail(ErrorKind::InvalidArgument, kPlace,
           "'" + providers[i].name +
               "' stands behind the CPU, which takes every node: put the CPU last");
    }
    append(options, providers[i]);
  }
}

}  // namespace onnxformers::runtime
