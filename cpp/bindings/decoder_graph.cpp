#include "bindings/decoder_graph.h"

#include <utility>

#include <pybind11/stl.h>

#include "base/errors.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;
using models::CacheSlot;

std::vector<CacheSlot> read_slots(const std::vector<SlotFields>& fields) {
  std::vector<CacheSlot> slots;
  for (const auto& [input, output, is_encoder, shape, rows_factor, time_axis] : fields) {
    if (time_axis == 0 || time_axis >= shape.size()) {
      fail(ErrorKind::InvalidArgument, "generate", "'" + input + "' has no axis that grows");
    }
    slots.push_back({
        .input = input,
        .output = output,
        .is_encoder = is_encoder,
        .shape = shape,
        .rows_factor = rows_factor,
        .time_axis = time_axis,
    });
  }
  return slots;
}

std::shared_ptr<const OpenModel> opened(const PyDecoderGraph::OptionalSession& session) {
  return session.is_none() ? nullptr : session.cast<const PySession&>().model();
}

std::shared_ptr<const runtime::Session> session_of(const PyDecoderGraph::OptionalSession& session) {
  const auto model = opened(session);
  return model == nullptr ? nullptr : model->session;
}

}  // namespace

PyDecoderGraph::PyDecoderGraph(const OptionalSession& first, const OptionalSession& later,
                               const std::vector<SlotFields>& slots,
                               const OptionalSession& embedder, std::size_t positions)
    : sessions_{later.is_none() ? first : later, first, embedder},
      graph_(std::make_shared<const models::DecoderGraph>(
          session_of(first), session_of(sessions_.front()), read_slots(slots), session_of(embedder),
          positions)) {}

std::shared_ptr<const models::DecoderGraph> PyDecoderGraph::open() const {
  for (const auto& session : sessions_) {
    (void)opened(session);
  }
  return graph_;
}

std::vector<std::shared_ptr<const OpenModel>> PyDecoderGraph::models() const {
  return {opened(sessions_[0]), opened(sessions_[1])};
}

std::optional<runtime::Device> cache_device(const models::DecoderGraph& graph,
                                            const std::optional<std::string>& asked) {
  if (asked) {
    return runtime::parse_device(*asked);
  }
  const runtime::Device& own = graph.later().session->device();
  return own.name == "cpu" ? std::nullopt : std::optional(own);
}

void bind_decoder_graph(py::module_& m) {
  using OptionalSession = PyDecoderGraph::OptionalSession;
  py::class_<PyDecoderGraph>(m, "DecoderGraph",
                             "The sessions of a decoder and how they are fed, for any number of "
                             "generations. Keeps the sessions in memory.")
      .def(py::init<const OptionalSession&, const OptionalSession&, const std::vector<SlotFields>&,
                    const OptionalSession&, std::size_t>(),
           "first"_a, "later"_a, "slots"_a, "embedder"_a = py::none(), "positions"_a = 0,
           "Sessions of the first and of the later steps (None: the first runs all), and the cache "
           "as (input, output, is_encoder, shape, rows_factor, sequence_axis) of each array; "
           "positions: "
           "tokens of a row that the model has positions for, 0 for no limit.");
}

}  // namespace onnxformers::bindings
