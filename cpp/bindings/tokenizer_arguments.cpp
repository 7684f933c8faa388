#include "bindings/tokenizer_arguments.h"

#include <algorithm>
#include <limits>

#include <pybind11/numpy.h>

#include "base/errors.h"
#include "bindings/numpy_api.h"

namespace onnxformers::bindings {

using tokenizers::Side;
using tokenizers::TruncationStrategy;

namespace {

constexpr std::int64_t kMaxLength = 2'147'483'648;

[[noreturn]] void fail_surrogate(const char* what, std::size_t index) {
  const py::error_already_set error;
  if (!error.matches(PyExc_UnicodeEncodeError)) {
    throw py::error_already_set(error);
  }
  fail(ErrorKind::InvalidArgument, "Tokenizer",
       std::string(what) + "[" + std::to_string(index) + "] has a lone surrogate at position " +
           std::to_string(error.value().attr("start").cast<std::size_t>()) +
           ", which is no text; clean it, e.g. with "
           "text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')");
}

}  // namespace

/// The UTF-8 that a str keeps.
std::string_view read_text(PyObject* item, const char* what, std::size_t index) {
  if (PyUnicode_Check(item) == 0) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         std::string(what) + "[" + std::to_string(index) + "] must be a str, got " +
             Py_TYPE(item)->tp_name);
  }
  py::ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(item, &size);
  if (data == nullptr) {
    fail_surrogate(what, index);
  }
  return {data, static_cast<std::size_t>(size)};
}

namespace {

py::tuple read_sequence(const py::handle& sequence, const std::string& what, const char* of) {
  if (PyUnicode_Check(sequence.ptr()) != 0 || PySequence_Check(sequence.ptr()) == 0) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         what + " must be a sequence of " + of + ", got " + Py_TYPE(sequence.ptr())->tp_name);
  }
  return py::tuple(py::reinterpret_borrow<py::object>(sequence));
}

void append_texts(const py::tuple& items, const char* what, Texts& texts) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    PyObject* item = PyTuple_GET_ITEM(items.ptr(), static_cast<py::ssize_t>(i));
    texts.views.push_back(read_text(item, what, i));
    texts.bytes += texts.views.back().size();
  }
}

}  // namespace

Texts read_texts(const py::object& sequence, const char* what) {
  const py::tuple items = read_sequence(sequence, what, "str");
  Texts texts{.owner = items, .views = {}, .bytes = 0};
  texts.views.reserve(items.size());
  append_texts(items, what, texts);
  return texts;
}

SplitTexts read_split_texts(const py::object& sequence, const char* what) {
  const py::tuple items = read_sequence(sequence, what, "lists of words");
  py::list owners;
  SplitTexts texts;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = std::string(what) + "[" + std::to_string(i) + "]";
    const py::tuple words = read_sequence(items[i], place, "words");
    owners.append(words);
    append_texts(words, place.c_str(), texts.words);
    texts.ends.push_back(texts.words.views.size());
  }
  texts.words.owner = owners;
  return texts;
}

TruncationStrategy strategy_from_name(const std::string& name) {
  if (name == "do_not_truncate") {
    return TruncationStrategy::DoNotTruncate;
  }
  if (name == "longest_first") {
    return TruncationStrategy::LongestFirst;
  }
  if (name == "only_first") {
    return TruncationStrategy::OnlyFirst;
  }
  if (name == "only_second") {
    return TruncationStrategy::OnlySecond;
  }
  fail(ErrorKind::InvalidArgument, "Tokenizer",
       "truncation must be 'longest_first', 'only_first', 'only_second' or "
       "'do_not_truncate', got "
       "'" +
           name + "'");
}

Side side_from_name(const std::string& name, const char* what) {
  if (name != "left" && name != "right") {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         std::string(what) + " must be 'left' or 'right', got '" + name + "'");
  }
  return name == "left" ? Side::Left : Side::Right;
}

std::size_t size_argument(std::int64_t value, std::int64_t low, const char* what) {
  if (value < low || value > kMaxLength) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         std::string(what) + " must be from " + std::to_string(low) + " to 2^31, got " +
             std::to_string(value));
  }
  return static_cast<std::size_t>(value);
}

namespace {

std::uint32_t checked_id(std::int64_t id, std::size_t position) {
  if (id < 0 || id > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "ids must be from 0 to 2^32 - 1, got " + std::to_string(id) + " at position " +
             std::to_string(position));
  }
  return static_cast<std::uint32_t>(id);
}

std::uint32_t read_id(py::handle item, std::size_t position) {
  if (PyLong_Check(item.ptr()) == 0) {
    return checked_id(item.cast<std::int64_t>(), position);
  }
  int overflow = 0;
  const long long id = PyLong_AsLongLongAndOverflow(item.ptr(), &overflow);
  return checked_id(overflow == 0 ? id : -1, position);
}

using Integers64 = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

std::vector<std::uint32_t> read_id_array(const py::array& array) {
  if (array.ndim() != 1 || (array.dtype().kind() != 'i' && array.dtype().kind() != 'u')) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         "ids must be a list of int or a one-dimensional array of integers");
  }
  const Integers64 numbers = Integers64::ensure(array);
  std::vector<std::uint32_t> read(static_cast<std::size_t>(numbers.size()));
  for (std::size_t i = 0; i < read.size(); ++i) {
    read[i] = checked_id(numbers.data()[i], i);
  }
  return read;
}

}  // namespace

std::vector<std::uint32_t> read_ids(const py::object& ids) {
  if (py::isinstance<py::array>(ids)) {
    return read_id_array(py::reinterpret_borrow<py::array>(ids));
  }
  if (PyIndex_Check(ids.ptr()) != 0) {
    return {read_id(ids, 0)};
  }
  if (PySequence_Check(ids.ptr()) == 0 || PyUnicode_Check(ids.ptr()) != 0) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         std::string("ids must be a list of int, got ") + Py_TYPE(ids.ptr())->tp_name);
  }
  const py::tuple items(ids);
  std::vector<std::uint32_t> read(items.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    const py::handle item = PyTuple_GET_ITEM(items.ptr(), static_cast<py::ssize_t>(i));
    try {
      read[i] = read_id(item, i);
    } catch (const py::cast_error&) {
      fail(ErrorKind::InvalidType, "Tokenizer",
           std::string("ids must be int, got ") + Py_TYPE(item.ptr())->tp_name);
    }
  }
  return read;
}

tokenizers::EncodeOptions row_options(const RowArguments& arguments) {
  tokenizers::EncodeOptions options;
  options.split_special_tokens = arguments.split_special_tokens;
  if (arguments.max_length != 0) {
    options.truncation.strategy = TruncationStrategy::LongestFirst;
    options.truncation.max_length = size_argument(arguments.max_length, 1, "max_length");
    options.truncation.side = arguments.cuts_left ? Side::Left : Side::Right;
  }
  return options;
}

}  // namespace onnxformers::bindings
