#include "runtime/session_options.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/cpu.h"
#include "runtime/env.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "SessionOptions";
constexpr unsigned kMostThreads = 1024;
/// Release with the key for the length of spinning (1.24 lacks it, 1.27 has it; between: not seen).
constexpr std::uint32_t kSpinDurationSince = 27;
/// Bridges the gap between two operators. Measured with all-MiniLM on 2 cores, best of 600 runs of
/// 10 tokens: no spinning 1.29 ms (q8) and 2.33 ms (fp32), 20 us 1.15 and 1.88, without bound 1.08
/// and 1.76; CPU time of a call every 20 ms (q8): 3.7, 4.5 and 19.9 ms. Later, 50 us beside 20 us:
/// 0.83 to 0.98 of the wall time and no more CPU time, 1.04 of it every 20 ms; 200 us: 1.15.
constexpr const char* kBriefSpinUs = "50";

struct Level {
  std::string_view name;
  ort::GraphOptimizationLevel level;
};
// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<Level, 5> kLevels = {{
    {"off", ort::GraphOptimizationLevel::Off},
    {"basic", ort::GraphOptimizationLevel::Basic},
    {"extended", ort::GraphOptimizationLevel::Extended},
    {"layout", ort::GraphOptimizationLevel::Layout},
    {"all", ort::GraphOptimizationLevel::All},
}};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

ort::GraphOptimizationLevel level_of(const std::string& name) {
  for (const Level& row : kLevels) {
    if (row.name == name) {
      return row.level;
    }
  }
  fail(ErrorKind::InvalidArgument, kPlace,
       "graph_optimization must be one of off, basic, extended, layout, all, got '" + name + "'");
}

int thread_count(unsigned count, std::string_view field) {
  if (count > kMostThreads) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::string(field) + " must be at most " + std::to_string(kMostThreads) + ", got " +
             std::to_string(count));
  }
  return static_cast<int>(count);
}

void set_spinning(ort::SessionOptions* options, std::optional<bool> spinning) {
  const auto set = [options](const char* key, const char* value) {
    check(api().AddSessionConfigEntry(options, key, value), kPlace);
  };
  const bool is_brief = !spinning && has_api(kSpinDurationSince);
  set("session.intra_op.allow_spinning", is_brief || spinning.value_or(false) ? "1" : "0");
  set("session.inter_op.allow_spinning", spinning.value_or(false) ? "1" : "0");
  if (is_brief) {
    set("session.intra_op.spin_duration_us", kBriefSpinUs);
  }
}

void set_threads(ort::SessionOptions* options, const SessionConfig& config, bool use_shared_pool) {
  const ort::Api& table = api();
  check(table.SetSessionExecutionMode(options, config.parallel_execution
                                                   ? ort::ExecutionMode::Parallel
                                                   : ort::ExecutionMode::Sequential),
        kPlace);
  if (use_shared_pool) {
    check(table.DisablePerSessionThreads(options), kPlace);
    return;
  }
  const int intra = thread_count(intra_op_threads(config), "intra_op_threads");
  const int inter = thread_count(config.inter_op_threads, "inter_op_threads");
  check(table.SetIntraOpNumThreads(options, intra), kPlace);
  check(table.SetInterOpNumThreads(options, inter), kPlace);
  set_spinning(options, config.spinning);
}

void set_memory(ort::SessionOptions* options, const SessionConfig& config,
                const ModelTraits& traits) {
  // The pattern cache holds a plan for each combination of input shapes and is never trimmed.
  if (!config.memory_pattern.value_or(!traits.has_symbolic_inputs)) {
    check(api().DisableMemPattern(options), kPlace);
  }
  if (!config.memory_arena) {
    check(api().DisableCpuMemArena(options), kPlace);
  }
}

std::basic_string<ort::pathchar> native_path(const std::string& path) {
  return std::filesystem::path(std::u8string(path.begin(), path.end())).native();
}

void set_external_data(ort::SessionOptions* options, const std::vector<ExternalData>& files) {
  if (files.empty()) {
    return;
  }
  std::vector<std::basic_string<ort::pathchar>> names;
  std::vector<const ort::pathchar*> name_pointers;
  std::vector<char*> buffers;
  std::vector<std::size_t> sizes;
  for (const ExternalData& file : files) {
    names.push_back(native_path(file.name));
    // ONNX Runtime's signature lacks the const; it only reads.
    buffers.push_back(
        const_cast<char*>(file.bytes.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    sizes.push_back(file.bytes.size());
  }
  name_pointers.reserve(names.size());
  for (const auto& name : names) {
    name_pointers.push_back(name.c_str());
  }
  check(api().AddExternalInitializersFromFilesInMemory(options, name_pointers.data(),
                                                       buffers.data(), sizes.data(), files.size()),
        kPlace);
}

}  // namespace

unsigned intra_op_threads(const SessionConfig& config) {
  return config.intra_op_threads > 0 ? config.intra_op_threads : cpu_info().threads;
}

std::string_view config_entry(const SessionConfig& config, std::string_view key) {
  const auto found = std::ranges::find(config.config_entries, key, &StringPairs::value_type::first);
  return found == config.config_entries.end() ? std::string_view() : found->second;
}

Handle<ort::SessionOptions> make_session_options(const SessionConfig& config,
                                                 const ModelTraits& traits, bool use_shared_pool) {
  const ort::Api& table = api();
  auto options = make_handle<ort::SessionOptions>(kPlace, table.CreateSessionOptions);
  ort::SessionOptions* raw = options.get();
  if (config.log_severity < 0 || config.log_severity > 4) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "log_severity must be 0 (verbose) to 4 (fatal), got " +
             std::to_string(config.log_severity));
  }
  check(table.SetSessionLogSeverityLevel(raw, config.log_severity), kPlace);
  check(table.SetSessionGraphOptimizationLevel(raw, level_of(config.graph_optimization)), kPlace);
  set_threads(raw, config, use_shared_pool);
  set_memory(raw, config, traits);
  set_external_data(raw, config.external_data);
  for (const auto& [name, size] : config.free_dimensions) {
    check(table.AddFreeDimensionOverrideByName(raw, name.c_str(), size), kPlace);
  }
  for (const auto& [key, value] : config.config_entries) {
    check(table.AddSessionConfigEntry(raw, key.c_str(), value.c_str()), kPlace);
  }
  if (!config.optimized_model_path.empty()) {
    check(table.SetOptimizedModelFilePath(raw, native_path(config.optimized_model_path).c_str()),
          kPlace);
  }
  append_providers(raw, config.providers);
  return options;
}

}  // namespace onnxformers::runtime
