#include "bindings/tokenizer_encode.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/integers.h"
#include "bindings/tokenizer_arguments.h"
#include "bindings/tokenizer_encodings.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::EncodeOptions;
using tokenizers::PostPlan;
using tokenizers::Tokenizer;
using tokenizers::TruncationStrategy;

namespace {

/// The texts of a call in the form that it gives them.
struct BatchArgument {
  SplitTexts texts;
  bool is_split = false;

  [[nodiscard]] tokenizers::TextBatch batch() const {
    return is_split ? tokenizers::TextBatch(texts.words.views, texts.ends)
                    : tokenizers::TextBatch(texts.words.views);
  }
};

BatchArgument read_batch(const py::object& sequence, const char* what, bool is_split) {
  if (sequence.is_none()) {
    return {};
  }
  if (is_split) {
    return {.texts = read_split_texts(sequence, what), .is_split = true};
  }
  return {.texts = {.words = read_texts(sequence, what), .ends = {}}};
}

// The keyword arguments of the Python method.
// NOLINTNEXTLINE(readability-function-size)
Rows encode_batch(const std::shared_ptr<const Tokenizer>& self, const py::object& texts,
                  const py::object& pairs, bool add_special_tokens, const std::string& truncation,
                  std::optional<std::int64_t> max_length, std::int64_t stride,
                  const std::string& truncation_side, bool return_overflowing, bool with_offsets,
                  bool is_split, bool split_special_tokens, std::int64_t threads) {
  EncodeOptions options;
  options.add_special_tokens = add_special_tokens;
  options.split_special_tokens = split_special_tokens;
  options.truncation.strategy = strategy_from_name(truncation);
  if (options.truncation.strategy != TruncationStrategy::DoNotTruncate) {
    if (!max_length) {
      fail(ErrorKind::InvalidArgument, "Tokenizer", "truncation needs a max_length");
    }
    options.truncation.max_length = size_argument(*max_length, 0, "max_length");
  }
  options.truncation.stride = size_argument(stride, 0, "stride");
  options.truncation.side = side_from_name(truncation_side, "truncation_side");
  options.return_overflowing = return_overflowing;
  options.with_offsets = with_offsets;
  options.threads = static_cast<unsigned>(size_argument(threads, 1, "threads"));
  const BatchArgument first = read_batch(texts, "texts", is_split);
  const BatchArgument second = read_batch(pairs, "pairs", is_split);
  if (!pairs.is_none() && first.batch().size() != second.batch().size()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "there must be as many pairs as texts, got " + std::to_string(second.batch().size()) +
             " for " + std::to_string(first.batch().size()));
  }
  Rows rows{.rows = tokenizers::Encodings(with_offsets), .tokenizer = self};
  run_unlocked(first.texts.words.bytes + second.texts.words.bytes,
               [&] { rows.rows = self->encode_batch(first.batch(), second.batch(), options); });
  return rows;
}

/// The tokens of one text, in a buffer that the thread keeps from call to call. A call that comes
/// in between, from a finalizer, finds none and makes its own.
class TextTokens {
 public:
  TextTokens(const Tokenizer& tokenizer, std::string_view text, bool split_special_tokens)
      : ids_(std::move(kept())) {
    run_unlocked(text.size(), [&] { tokenizer.encode_text(text, split_special_tokens, ids_); });
  }
  TextTokens(const TextTokens&) = delete;
  TextTokens& operator=(const TextTokens&) = delete;
  ~TextTokens() {
    if (ids_.capacity() <= kKeptTokens) {
      kept() = std::move(ids_);
    }
  }
  [[nodiscard]] std::span<const std::uint32_t> get() const noexcept { return ids_; }

 private:
  static constexpr std::size_t kKeptTokens = std::size_t{1} << 16U;

  [[nodiscard]] static std::vector<std::uint32_t>& kept() {
    static thread_local std::vector<std::uint32_t> ids;
    return ids;
  }

  std::vector<std::uint32_t> ids_;
};

py::list ids_as_list(const Tokenizer& tokenizer, PyObject* text) {
  const TextTokens tokens(tokenizer, read_text(text, "texts", 0), false);
  const PostPlan& plan = tokenizer.plan(false, true);
  py::list list(plan.row_length(tokens.get().size()));
  py::ssize_t i = 0;
  plan.for_each_token(tokens.get(), [&](std::uint32_t id, std::uint32_t /*type_id*/) {
    PyObject* const integer = Integers32::make(id);
    if (integer == nullptr) {
      throw py::error_already_set();
    }
    PyList_SET_ITEM(list.ptr(), i++, integer);
  });
  return list;
}

/// What Python calls; it has checked that `self` is a Tokenizer.
PyObject* encode_ids(PyObject* self, PyObject* text) {
  try {
    const auto* instance = reinterpret_cast<py::detail::instance*>(self);
    const void* tokenizer = instance->simple_layout ? instance->simple_value_holder[0] : nullptr;
    if (tokenizer == nullptr) {  // of a class with several bases, or without a call of __init__
      tokenizer = py::handle(self).cast<const Tokenizer*>();
    }
    return ids_as_list(*static_cast<const Tokenizer*>(tokenizer), text).release().ptr();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

void bind_encode_ids(const py::object& type) {
  // Calling a method of pybind11's takes a third of the time that a short text does; one of
  // Python's own next to none.
  static PyMethodDef method = {
      .ml_name = "encode_ids",
      .ml_meth = &encode_ids,
      .ml_flags = METH_O,
      .ml_doc =
          "encode_ids(self: onnxformers._native.tokenizers.Tokenizer, text: object) -> "
          "list[int]\n\nIds of one text without options.",
  };
  const auto descriptor = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), &method));
  if (!descriptor) {
    throw py::error_already_set();
  }
  type.attr("encode_ids") = descriptor;
}

using Row = py::typing::Tuple<Ids, Ids, Ids, bool>;

/// A row that is not cut.
Row lay_out(const PostPlan& plan, std::span<const std::uint32_t> tokens) {
  const std::size_t length = plan.row_length(tokens.size());
  Ids input_ids({std::size_t{1}, length});
  Ids attention_mask({std::size_t{1}, length});
  Ids token_type_ids({std::size_t{1}, length});
  std::fill_n(attention_mask.mutable_data(), length, 1);
  plan.for_each_token(tokens,
                      [ids = input_ids.mutable_data(), types = token_type_ids.mutable_data()](
                          std::uint32_t id, std::uint32_t type_id) mutable {
                        *ids++ = id;
                        *types++ = type_id;
                      });
  return py::make_tuple(std::move(input_ids), std::move(attention_mask), std::move(token_type_ids),
                        false);
}

/// Encodes and lays out one text in a single call: the way of a service that embeds short texts.
Row encode_row(const Tokenizer& self, const py::object& text, std::int64_t max_length,
               bool cuts_left, bool split_special_tokens) {
  // A longer text is better cut while it is encoded.
  constexpr std::size_t kShort = 4096;
  const EncodeOptions options = row_options({max_length, cuts_left, split_special_tokens});
  const std::string_view view = read_text(text.ptr(), "texts", 0);
  if (max_length == 0 || view.size() < kShort) {
    const TextTokens tokens(self, view, split_special_tokens);
    const PostPlan& plan = self.plan(false, true);
    if (max_length == 0 || plan.row_length(tokens.get().size()) <= options.truncation.max_length) {
      return lay_out(plan, tokens.get());
    }
  }
  tokenizers::Encodings rows;
  run_unlocked(view.size(), [&] { rows = self.encode_batch(std::span(&view, 1), {}, options); });
  const std::size_t row = 0;
  const std::size_t length = rows.length(row);
  Ids input_ids({std::size_t{1}, length});
  Ids attention_mask({std::size_t{1}, length});
  Ids token_type_ids({std::size_t{1}, length});
  rows.pad({&row, 1}, length, {}, input_ids.mutable_data(), attention_mask.mutable_data(),
           token_type_ids.mutable_data());
  return py::make_tuple(std::move(input_ids), std::move(attention_mask), std::move(token_type_ids),
                        rows.truncated(row));
}

}  // namespace

void bind_encode(py::module_& m) {
  using TokenizerClass = py::class_<Tokenizer, std::shared_ptr<Tokenizer>>;
  py::reinterpret_borrow<TokenizerClass>(m.attr("Tokenizer"))
      .def("encode_batch", &encode_batch, "texts"_a, "pairs"_a = py::none(), py::kw_only(),
           "add_special_tokens"_a = true, "truncation"_a = "do_not_truncate",
           "max_length"_a = py::none(), "stride"_a = 0, "truncation_side"_a = "right",
           "return_overflowing"_a = false, "with_offsets"_a = false, "is_split"_a = false,
           "split_special_tokens"_a = false, "threads"_a = 1,
           "Encodes texts, or pairs of texts; with is_split each is a sequence of words.")
      .def("encode_row", &encode_row, "text"_a, "max_length"_a = 0, "cuts_left"_a = false,
           "split_special_tokens"_a = false,
           "input_ids, attention_mask and token_type_ids of one text, int64 of shape (1, tokens), "
           "and whether it was cut; a max_length of 0 cuts nothing.");
  bind_encode_ids(m.attr("Tokenizer"));
}

}  // namespace onnxformers::bindings
