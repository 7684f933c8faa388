#include "bindings/tokenizer_one_text.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/integers.h"
#include "bindings/tokenizer_arguments.h"
#include "bindings/tokenizer_encodings.h"

namespace onnxformers::bindings {

using tokenizers::EncodeOptions;
using tokenizers::PostPlan;
using tokenizers::Tokenizer;

namespace {

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

/// input_ids, attention_mask and token_type_ids of shape (1, length).
struct RowArrays {
  explicit RowArrays(std::size_t length) {
    // As py::array makes them, less what its vectors of shape and strides take.
    const auto& numpy = py::detail::npy_api::get();
    const std::array<py::ssize_t, 2> shape = {1, static_cast<py::ssize_t>(length)};
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      arrays[i] = py::reinterpret_steal<py::object>(numpy.PyArray_NewFromDescr_(
          numpy.PyArray_Type_, numpy.PyArray_DescrFromType_(py::detail::npy_api::NPY_INT64_), 2,
          shape.data(), nullptr, nullptr, 0, nullptr));
      if (!arrays[i]) {
        throw py::error_already_set();
      }
      numbers[i] = reinterpret_cast<std::int64_t*>(py::detail::array_proxy(arrays[i].ptr())->data);
    }
  }
  /// With whether the row was cut.
  [[nodiscard]] PyObject* as_tuple(bool is_cut) const {
    return PyTuple_Pack(4, arrays[0].ptr(), arrays[1].ptr(), arrays[2].ptr(),
                        is_cut ? Py_True : Py_False);
  }

  std::array<py::object, 3> arrays;
  std::array<std::int64_t*, 3> numbers{};
};

/// A row that is not cut.
PyObject* lay_out(const PostPlan& plan, std::span<const std::uint32_t> tokens) {
  const std::size_t length = plan.row_length(tokens.size());
  const RowArrays row(length);
  auto [ids, mask, types] = row.numbers;
  std::fill_n(mask, length, 1);
  plan.for_each_token(tokens, [&](std::uint32_t id, std::uint32_t type_id) {
    *ids++ = id;
    *types++ = type_id;
  });
  return row.as_tuple(false);
}

/// Encodes and lays out one text in a single call: the way of a service that embeds short texts.
PyObject* row_as_arrays(const Tokenizer& tokenizer, PyObject* text, const RowArguments& arguments) {
  // A longer text is better cut while it is encoded.
  constexpr std::size_t kShort = 4096;
  const EncodeOptions options = row_options(arguments);
  const std::string_view view = read_text(text, "texts", 0);
  const bool cuts = arguments.max_length != 0;
  if (!cuts || view.size() < kShort) {
    const TextTokens tokens(tokenizer, view, arguments.split_special_tokens);
    const PostPlan& plan = tokenizer.plan(false, true);
    if (!cuts || plan.row_length(tokens.get().size()) <= options.truncation.max_length) {
      return lay_out(plan, tokens.get());
    }
  }
  tokenizers::Encodings rows;
  run_unlocked(view.size(),
               [&] { rows = tokenizer.encode_batch(std::span(&view, 1), {}, options); });
  const std::size_t first = 0;
  const RowArrays row(rows.length(first));
  const auto [ids, mask, types] = row.numbers;
  rows.pad({&first, 1}, rows.length(first), {}, ids, mask, types);
  return row.as_tuple(rows.truncated(first));
}

/// What Python calls, which has checked that `self` is a Tokenizer: work(tokenizer).
template <typename Work>
PyObject* called(PyObject* self, const Work& work) {
  try {
    const auto* instance = reinterpret_cast<py::detail::instance*>(self);
    const void* tokenizer = instance->simple_layout ? instance->simple_value_holder[0] : nullptr;
    if (tokenizer == nullptr) {  // of a class with several bases, or without a call of __init__
      tokenizer = py::handle(self).cast<const Tokenizer*>();
    }
    return work(*static_cast<const Tokenizer*>(tokenizer));
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

PyObject* encode_ids(PyObject* self, PyObject* text) {
  return called(self, [&](const Tokenizer& tokenizer) {
    return ids_as_list(tokenizer, text).release().ptr();
  });
}

PyObject* encode_row(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  return called(self, [&](const Tokenizer& tokenizer) {
    const auto is_true = [&](Py_ssize_t i) {
      return count > i && PyObject_IsTrue(arguments[i]) == 1;
    };
    if (count < 1 || count > 4) {
      throw py::type_error("encode_row takes a text and up to three options");
    }
    const std::int64_t max_length = count > 1 ? PyLong_AsLongLong(arguments[1]) : 0;
    if (max_length == -1 && PyErr_Occurred() != nullptr) {
      throw py::error_already_set();
    }
    return row_as_arrays(tokenizer, arguments[0], {max_length, is_true(2), is_true(3)});
  });
}

// Calling a method of pybind11's takes a third of the time that a short text does; one of Python's
// own next to none.
void add_method(const py::object& type, PyMethodDef& method) {
  const auto descriptor = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), &method));
  if (!descriptor) {
    throw py::error_already_set();
  }
  type.attr(method.ml_name) = descriptor;
}

}  // namespace

void bind_one_text(py::module_& m) {
  static std::array<PyMethodDef, 2> methods = {{
      {
          .ml_name = "encode_ids",
          .ml_meth = &encode_ids,
          .ml_flags = METH_O,
          .ml_doc = "encode_ids(self: onnxformers._native.tokenizers.Tokenizer, text: object) -> "
                    "list[int]\n\nIds of one text without options.",
      },
      {
          .ml_name = "encode_row",
          .ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&encode_row)),
          .ml_flags = METH_FASTCALL,
          .ml_doc =
              "encode_row(self: onnxformers._native.tokenizers.Tokenizer, text: object, "
              "max_length: int = 0, cuts_left: bool = False, split_special_tokens: bool = False) "
              "-> tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int64], "
              "numpy.typing.NDArray[numpy.int64], bool]\n\ninput_ids, attention_mask and "
              "token_type_ids of one text, int64 of shape (1, tokens), and whether it was cut; a "
              "max_length of 0 cuts nothing.",
      },
  }};
  for (PyMethodDef& method : methods) {
    add_method(m.attr("Tokenizer"), method);
  }
}

}  // namespace onnxformers::bindings
