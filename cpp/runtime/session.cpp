#include "runtime/session.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "runtime/env.h"
#include "runtime/fork.h"
#include "runtime/mapped_weights.h"
#include "runtime/session_info.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "Session";
/// The folder of external data of a model that is given as bytes.
constexpr const char* kExternalFolder = "session.model_external_initializers_file_folder_path";
constexpr std::uint32_t kExternalFolderSince = 21;

OnnxFileInfo inspect(const ModelSource& source, const SessionConfig& config) {
  const bool accept_ort = config_entry(config, "session.load_model_format") == "ORT";
  return source.path.empty() ? inspect_onnx_bytes(source.bytes, accept_ort)
                             : inspect_onnx_file(source.path, accept_ort);
}

std::vector<std::string> names_of(const std::vector<ExternalData>& files) {
  std::vector<std::string> names(files.size());
  std::ranges::transform(files, names.begin(), &ExternalData::name);
  return names;
}

/// Whether ONNX Runtime may map the weights of this model.
bool can_map(const ModelSource& source, const SessionConfig& config, const OnnxFileInfo& info) {
#ifdef _WIN32
  return false;  // it maps only what begins at a multiple of 64 KiB there
#else
  const bool is_plain_file =
      !source.path.empty() && !info.is_ort_format && info.external_files.empty();
  const bool is_for_cpu = std::ranges::all_of(config.providers, [](const ProviderSpec& each) {
    return provider_name(each.name) == provider_name("cpu");
  });
  return config.map_weights && is_plain_file && is_for_cpu && config.optimized_model_path.empty() &&
         config_entry(config, kExternalFolder).empty() && has_api(kExternalFolderSince);
#endif
}

ort::Status* create(const ModelSource& source, const ort::SessionOptions* options,
                    ort::Session** session) {
  const ort::Api& table = api();
  if (source.path.empty()) {
    return table.CreateSessionFromArray(env(), source.bytes.data(), source.bytes.size(), options,
                                        session);
  }
  const std::filesystem::path path(std::u8string(source.path.begin(), source.path.end()));
  return table.CreateSession(env(), path.c_str(), options, session);
}

/// What came of an attempt: a session or the reason why there is none.
struct Attempt {
  ort::Session* session = nullptr;
  ort::Status* status = nullptr;
  bool uses_shared_pool = false;
};

Attempt attempt(const ModelSource& source, const SessionConfig& config, const ModelTraits& traits) {
  Attempt made{.uses_shared_pool = config.shared_thread_pool && has_shared_pool()};
  const auto open = [&] {
    const auto options = make_session_options(config, traits, made.uses_shared_pool);
    made.status = create(source, options.get(), &made.session);
  };
  open();
  if (made.status != nullptr && made.uses_shared_pool) {
    // Another user of the same library made the environment first, so our pools do not exist.
    api().ReleaseStatus(made.status);
    made.uses_shared_pool = false;
    open();
  }
  return made;
}

/// The weights stay in the file. Without a session and a status when that cannot be: then the model
/// is to be opened as it is, which also words what is wrong with it.
Attempt attempt_mapped(const ModelSource& source, SessionConfig config, const ModelTraits& traits) {
  const std::optional<MappedModel> model = map_weights(source.path);
  if (!model) {
    return {};
  }
  config.config_entries.emplace_back(kExternalFolder, model->folder);
  Attempt made = attempt({.path = "", .bytes = model->bytes}, config, traits);
  if (made.status != nullptr) {
    api().ReleaseStatus(std::exchange(made.status, nullptr));
  }
  return made;
}

std::string shape_text(const std::vector<Dim>& dims) {
  std::string text = "(";
  for (const Dim& dim : dims) {
    text += text.size() > 1 ? ", " : "";
    text += dim.size >= 0 ? std::to_string(dim.size) : dim.name;
    text += dim.size < 0 && dim.name.empty() ? "?" : "";
  }
  return text + (dims.size() == 1 ? ",)" : ")");
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::vector<Dim> dims(shape.size());
  std::ranges::transform(shape, dims.begin(),
                         [](std::int64_t size) { return Dim{.size = size, .name = ""}; });
  return shape_text(dims);
}

bool fits(const NodeInfo& node, std::span<const std::int64_t> shape) {
  if (!node.is_rank_known) {
    return true;
  }
  return std::ranges::equal(node.dims, shape, [](const Dim& dim, std::int64_t size) {
    return dim.size < 0 || dim.size == size;
  });
}

}  // namespace

std::shared_ptr<const Session> Session::open(const ModelSource& source,
                                             const SessionConfig& config) {
  // The end of the process waits for us.
  const TicketHolder holder;
  const OnnxFileInfo info = inspect(source, config);
  check_external_files(source.path, info.external_files, names_of(config.external_data));
  // Before the options: appending a provider loads its library, which needs the environment's
  // logger.
  env(config.shared_thread_pool ? intra_op_threads(config) : 0, config.spinning.value_or(false));
  const ModelTraits traits{.has_symbolic_inputs = info.has_symbolic_inputs};
  Attempt made;
  if (can_map(source, config, info)) {
    made = attempt_mapped(source, config, traits);
  }
  if (made.session == nullptr) {
    made = attempt(source, config, traits);
  }
  check(made.status, source.path.empty() ? std::string(kPlace) : "Session '" + source.path + "'");
  return std::shared_ptr<const Session>(
      new Session(Handle<ort::Session>(made.session), config, made.uses_shared_pool));
}

Session::Session(Handle<ort::Session> handle, const SessionConfig& config, bool uses_shared_pool)
    : handle_(std::move(handle)),
      generation_(process_generation()),
      uses_shared_pool_(uses_shared_pool),
      inputs_(read_inputs(handle_.get())),
      outputs_(read_outputs(handle_.get())),
      metadata_(read_metadata(handle_.get())),
      device_(memory_device(config.providers)) {
  const std::string cpu = provider_name("cpu");
  for (const ProviderSpec& provider : config.providers) {
    providers_.push_back(provider_name(provider.name));
  }
  if (providers_.empty() || providers_.back() != cpu) {
    providers_.push_back(cpu);
  }
}

Session::~Session() {
  if (generation_ != process_generation()) {
    // The workers did not survive the fork; joining them would wait for ever.
    [[maybe_unused]] const ort::Session* left = handle_.release();
  }
}

const NodeInfo& Session::tensor_input(std::size_t index) const {
  const NodeInfo& node = inputs_[index];
  if (node.kind != ort::ONNXType::Tensor) {
    fail(ErrorKind::InvalidType, "Session.run",
         "input '" + node.name + "' is a sequence, map or optional value; only tensors can be fed");
  }
  return node;
}

void Session::check_input(std::size_t index, ort::ElemType type,
                          std::span<const std::int64_t> shape) const {
  const NodeInfo& node = tensor_input(index);
  if (type != node.type) [[unlikely]] {
    fail(ErrorKind::InvalidType, "Session.run",
         "input '" + node.name + "' must be " + element_type(node.type).name + ", got " +
             element_type(type).name);
  }
  if (!fits(node, shape)) [[unlikely]] {
    fail(ErrorKind::InvalidArgument, "Session.run",
         "input '" + node.name + "' must have the shape " + shape_text(node.dims) + ", got " +
             shape_text(shape));
  }
}

template <typename Call>
RunEnd Session::run_guarded(const RunLimits& limits, Call call) const {
  check_generation(generation_, "Session.run");
  RunScope scope(limits);
  ort::Status* status = call(scope.options());
  const StopCause cause = scope.finish();
  if (status == nullptr) [[likely]] {
    return cause == StopCause::Interrupt ? RunEnd::DoneDuringInterrupt : RunEnd::Done;
  }
  const Failure failure = take_failure(status);
  if (cause == StopCause::Interrupt) {
    return RunEnd::Interrupted;
  }
  if (cause != StopCause::None) {
    fail_stopped(cause);
  }
  fail_with(failure, "Session.run");
}

RunEnd Session::run(const RunArguments& arguments, const RunLimits& limits) const {
  return run_guarded(limits, [&](const ort::RunOptions* options) {
    return api().Run(handle_.get(), options, arguments.input_names.data(), arguments.inputs.data(),
                     arguments.inputs.size(), arguments.output_names.data(),
                     arguments.outputs.size(), arguments.outputs.data());
  });
}

RunEnd Session::run(ort::IoBinding& binding, const RunLimits& limits) const {
  return run_guarded(limits, [&](const ort::RunOptions* options) {
    return api().RunWithBinding(handle_.get(), options, &binding);
  });
}

}  // namespace onnxformers::runtime
