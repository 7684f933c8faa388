#include "bindings/text_embedder.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/errors.h"
#include "bindings/interruptible.h"
#include "runtime/small_buffer.h"

namespace onnxformers::bindings {

namespace {

constexpr std::string_view kTextEmbedder = "TextEmbedder";
constexpr auto kColumns =
    std::to_array<std::string_view>({"input_ids", "attention_mask", "token_type_ids"});
constexpr std::size_t kMaskColumn = 1;
constexpr std::size_t kShortText = 64;  // tokens that need no memory of their own

using runtime::Handle;
using runtime::NodeInfo;

std::size_t column_of(const NodeInfo& node) {
  const auto* const found = std::ranges::find(kColumns, std::string_view(node.name));
  if (found == kColumns.end() || node.type != ort::ElemType::Int64) {
    fail(ErrorKind::InvalidArgument, kTextEmbedder,
         "the model's input '" + node.name + "' does not come from text alone");
  }
  return static_cast<std::size_t>(found - kColumns.begin());
}

std::size_t output_of(const runtime::Session& session, const std::string& name) {
  const auto& outputs = session.outputs();
  const auto found = std::ranges::find(outputs, name, &NodeInfo::name);
  if (found == outputs.end() || found->type != ort::ElemType::Float32 || found->dims.size() != 3) {
    fail(ErrorKind::InvalidArgument, kTextEmbedder,
         "the model has no output '" + name + "' of float32 vectors for each token");
  }
  return static_cast<std::size_t>(found - outputs.begin());
}

}  // namespace

/// The tokens of one text, laid out for the session.
struct TextEmbedder::Call {
  Call(const tokenizers::Tokenizer& tokenizer, std::string_view text,
       const tokenizers::EncodeOptions& options)
      : rows(tokenizer.encode_batch(std::span(&text, 1), {}, options)),
        length(rows.length(0)),
        numbers(length * kColumns.size()) {
    const std::size_t row = 0;
    rows.pad({&row, 1}, length, {}, column(0), column(1), column(2));
  }

  [[nodiscard]] std::int64_t* column(std::size_t index) {
    return numbers.data() + (index * length);
  }

  tokenizers::Encodings rows;
  std::size_t length;
  runtime::SmallBuffer<std::int64_t, kShortText * kColumns.size()> numbers;
  Handle<ort::Value> hidden;  ///< what the session gave
};

TextEmbedder::TextEmbedder(std::shared_ptr<const tokenizers::Tokenizer> tokenizer,
                           const PySession& session, const std::string& output)
    : tokenizer_(std::move(tokenizer)), session_(&session) {
  const auto model = session.model();
  for (const NodeInfo& node : model->session->inputs()) {
    columns_.push_back(column_of(node));
  }
  output_ = output_of(*model->session, output);
}

runtime::RunEnd TextEmbedder::run(Call& call, const OpenModel& model,
                                  const runtime::RunLimits& limits) const {
  const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(call.length)};
  std::array<Handle<ort::Value>, kColumns.size()> owned;
  std::array<const ort::Value*, kColumns.size()> inputs{};
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    owned[i] = runtime::borrow_tensor(ort::ElemType::Int64, call.column(columns_[i]), shape);
    inputs[i] = owned[i].get();
  }
  ort::Value* result = nullptr;
  const char* name = model.outputs.pointers[output_];
  const runtime::RunEnd end = model.session->run(
      {
          .input_names = model.inputs.pointers,
          .inputs = {inputs.data(), columns_.size()},
          .output_names = {&name, 1},
          .outputs = {&result, 1},
      },
      limits);
  call.hidden.reset(result);
  return end;
}

TextEmbedder::Vector TextEmbedder::pooled(Call& call, const OpenModel& model, models::Pooling kind,
                                          bool normalize) const {
  const runtime::TensorView tokens =
      runtime::view_tensor(call.hidden.get(), model.outputs.pointers[output_]);
  if (tokens.shape.size() != 3 || tokens.shape[0] != 1 ||
      std::cmp_not_equal(tokens.shape[1], call.length)) {
    fail(ErrorKind::FileFormat, kTextEmbedder, "the model does not give one vector for each token");
  }
  const auto width = static_cast<std::size_t>(tokens.shape[2]);
  Vector vector({std::size_t{1}, width});
  float* values = vector.mutable_data();
  models::pool(
      {
          .values = static_cast<const float*>(tokens.data),
          .mask = call.column(kMaskColumn),
          .rows = 1,
          .length = call.length,
          .width = width,
      },
      kind, values);
  if (normalize) {
    models::normalize({values, width}, width);
  }
  return vector;
}

py::typing::Tuple<TextEmbedder::Vector, bool> TextEmbedder::embed(
    const py::object& text, const std::string& pooling, bool normalize, const RowArguments& row,
    std::optional<double> timeout_s, const Cancel& cancel) const {
  const models::Pooling kind = models::pooling_from_name(pooling);
  const tokenizers::EncodeOptions options = row_options(row);
  const std::string_view view = read_text(text.ptr(), "texts", 0);
  const runtime::RunLimits limits{
      .deadline = runtime::deadline_after(timeout_s),
      .cancel = cancel.is_none() ? nullptr : cancel.cast<runtime::CancelToken*>(),
  };
  const auto model = session_->model();
  std::optional<Call> call;
  run_interruptibly(limits, [&](const runtime::RunLimits& with) {
    if (!call) {
      call.emplace(*tokenizer_, view, options);
    }
    return run(*call, *model, with);
  });
  return py::make_tuple(pooled(*call, *model, kind, normalize), call->rows.truncated(0));
}

}  // namespace onnxformers::bindings
