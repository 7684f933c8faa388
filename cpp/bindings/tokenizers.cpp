#include "bindings/module.h"

#include <limits>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/numpy_api.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::EncodeOptions;
using tokenizers::LayoutPart;
using tokenizers::Padding;
using tokenizers::Side;
using tokenizers::Tokenizer;
using tokenizers::TruncationStrategy;

namespace {

using Ids = py::array_t<std::int64_t, py::array::c_style>;
using Integers = py::typing::List<py::int_>;
using OptionalIntegers = py::typing::List<py::typing::Optional<py::int_>>;
using Facts = py::typing::Dict<py::str, py::object>;

/// Below this much text encoding takes less than releasing the GIL is worth.
constexpr std::size_t kSmall = 4096;
constexpr std::int64_t kMaxLength = 2'147'483'648;

/// Rows and the tokenizer that knows their tokens.
struct Rows {
  tokenizers::Encodings rows;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// Views of the strings of a sequence; `owner` keeps them alive.
struct Texts {
  py::object owner;  // a tuple
  std::vector<std::string_view> views;
  std::size_t bytes = 0;
};

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

Texts read_texts(const py::object& sequence, const char* what) {
  if (PyUnicode_Check(sequence.ptr()) != 0 || PySequence_Check(sequence.ptr()) == 0) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         std::string(what) + " must be a sequence of str, got " + Py_TYPE(sequence.ptr())->tp_name);
  }
  Texts texts{.owner = py::tuple(sequence), .views = {}, .bytes = 0};
  const std::size_t count = py::len(texts.owner);
  texts.views.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* item = PyTuple_GET_ITEM(texts.owner.ptr(), static_cast<py::ssize_t>(i));
    texts.views.push_back(read_text(item, what, i));
    texts.bytes += texts.views.back().size();
  }
  return texts;
}

template <typename Work>
void run(std::size_t cost, const Work& work) {
  if (cost < kSmall) {
    work();
  } else {
    const GilRelease release;
    work();
  }
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
       "truncation must be 'longest_first', 'only_first', 'only_second' or 'do_not_truncate', got "
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

// The keyword arguments of the Python method.
// NOLINTNEXTLINE(readability-function-size)
Rows encode_batch(const std::shared_ptr<const Tokenizer>& self, const py::object& texts,
                  const py::object& pairs, bool add_special_tokens, const std::string& truncation,
                  std::optional<std::int64_t> max_length, std::int64_t stride,
                  const std::string& truncation_side, bool return_overflowing, bool with_offsets,
                  std::int64_t threads) {
  EncodeOptions options;
  options.add_special_tokens = add_special_tokens;
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
  const Texts first = read_texts(texts, "texts");
  const Texts second = pairs.is_none() ? Texts{} : read_texts(pairs, "pairs");
  if (!pairs.is_none() && first.views.size() != second.views.size()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "there must be as many pairs as texts, got " + std::to_string(second.views.size()) +
             " for " + std::to_string(first.views.size()));
  }
  Rows rows{.rows = tokenizers::Encodings(with_offsets), .tokenizer = self};
  run(first.bytes + second.bytes,
      [&] { rows.rows = self->encode_batch(first.views, second.views, options); });
  return rows;
}

std::vector<std::uint32_t> read_ids(const py::object& ids) {
  std::vector<std::uint32_t> read;
  const auto add = [&](std::int64_t id) {
    if (id < 0) {
      fail(ErrorKind::InvalidArgument, "Tokenizer",
           "ids must not be negative, got " + std::to_string(id) + " at position " +
               std::to_string(read.size()));
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    read.push_back(static_cast<std::uint32_t>(std::min(id, kMost)));
  };
  if (py::isinstance<py::array>(ids)) {
    const auto array = py::reinterpret_borrow<py::array>(ids);
    if (array.ndim() != 1 || (array.dtype().kind() != 'i' && array.dtype().kind() != 'u')) {
      fail(ErrorKind::InvalidType, "Tokenizer",
           "ids must be a list of int or a one-dimensional array of integers");
    }
    const Ids numbers = Ids::ensure(array);
    for (py::ssize_t i = 0; i < numbers.size(); ++i) {
      add(numbers.data()[i]);
    }
    return read;
  }
  if (PySequence_Check(ids.ptr()) == 0 || PyUnicode_Check(ids.ptr()) != 0) {
    fail(ErrorKind::InvalidType, "Tokenizer",
         std::string("ids must be a list of int, got ") + Py_TYPE(ids.ptr())->tp_name);
  }
  for (const py::handle item : py::tuple(ids)) {
    try {
      add(item.cast<std::int64_t>());
    } catch (const py::cast_error&) {
      fail(ErrorKind::InvalidType, "Tokenizer",
           std::string("ids must be int, got ") + Py_TYPE(item.ptr())->tp_name);
    }
  }
  return read;
}

std::string decode(const Tokenizer& self, const py::object& ids, bool skip_special_tokens) {
  const std::vector<std::uint32_t> numbers = read_ids(ids);
  std::string text;
  run(numbers.size() * 4, [&] { text = self.decode(numbers, skip_special_tokens); });
  return text;
}

py::typing::Dict<py::str, py::int_> vocab(const Tokenizer& self) {
  py::typing::Dict<py::str, py::int_> entries;
  for (std::uint32_t id = 0; id < self.vocab_size(); ++id) {
    if (const auto token = self.id_to_token(id)) {
      entries[py::str(token->data(), token->size())] = id;
    }
  }
  return entries;
}

py::typing::List<Facts> added_tokens(const Tokenizer& self) {
  py::typing::List<Facts> entries;
  for (const auto& token : self.added_vocabulary().tokens()) {
    entries.append(py::dict("id"_a = token.id, "content"_a = token.content,
                            "single_word"_a = token.single_word, "lstrip"_a = token.lstrip,
                            "rstrip"_a = token.rstrip, "normalized"_a = token.normalized,
                            "special"_a = token.special));
  }
  return entries;
}

py::typing::Optional<Facts> file_padding(const Tokenizer& self) {
  const auto& padding = self.file_padding();
  if (!padding) {
    return py::none();
  }
  return Facts("pad_id"_a = padding->pad_id, "pad_type_id"_a = padding->pad_type_id,
               "pad_token"_a = padding->pad_token);
}

std::size_t checked_row(const Rows& self, std::int64_t row) {
  const auto count = static_cast<std::int64_t>(self.rows.size());
  if (row < -count || row >= count) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "there are " + std::to_string(count) + " rows, got row " + std::to_string(row));
  }
  return static_cast<std::size_t>(row < 0 ? row + count : row);
}

std::vector<std::size_t> chosen_rows(const Rows& self, const std::optional<Ids>& rows) {
  std::vector<std::size_t> chosen(rows ? static_cast<std::size_t>(rows->size()) : self.rows.size());
  if (rows && rows->ndim() != 1) {
    fail(ErrorKind::InvalidArgument, "Encodings", "rows must be one-dimensional");
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    chosen[i] = rows ? checked_row(self, rows->data()[i]) : i;
  }
  return chosen;
}

py::typing::Tuple<Ids, Ids, Ids> pad(const Rows& self, const std::optional<Ids>& rows,
                                     std::optional<std::int64_t> length,
                                     std::optional<std::int64_t> multiple_of,
                                     const std::string& side, std::int64_t pad_id,
                                     std::int64_t pad_type_id) {
  Padding padding;
  if (length) {
    padding.length = size_argument(*length, 0, "length");
  }
  if (multiple_of) {
    padding.multiple_of = size_argument(*multiple_of, 1, "multiple_of");
  }
  padding.side = side_from_name(side, "side");
  padding.pad_id = pad_id;
  padding.pad_type_id = pad_type_id;
  const std::vector<std::size_t> chosen = chosen_rows(self, rows);
  const std::size_t width = self.rows.padded_length(chosen, padding);
  const auto make = [&] { return Ids({chosen.size(), width}); };
  Ids input_ids = make();
  Ids attention_mask = make();
  Ids token_type_ids = make();
  run(chosen.size() * width,
      [&, ids = input_ids.mutable_data(), mask = attention_mask.mutable_data(),
       types = token_type_ids.mutable_data()] {
        self.rows.pad(chosen, width, padding, ids, mask, types);
      });
  return py::make_tuple(std::move(input_ids), std::move(attention_mask), std::move(token_type_ids));
}

/// Encodes and lays out one text in a single call: the way of a service that embeds short texts.
py::typing::Tuple<Ids, Ids, Ids, bool> encode_row(const Tokenizer& self, const py::object& text,
                                                  std::int64_t max_length, bool cuts_left) {
  EncodeOptions options;
  if (max_length != 0) {
    options.truncation.strategy = TruncationStrategy::LongestFirst;
    options.truncation.max_length = size_argument(max_length, 1, "max_length");
    options.truncation.side = cuts_left ? Side::Left : Side::Right;
  }
  const std::string_view view = read_text(text.ptr(), "texts", 0);
  tokenizers::Encodings rows;
  run(view.size(), [&] { rows = self.encode_batch({&view, 1}, {}, options); });
  const std::size_t row = 0;
  const std::size_t length = rows.length(row);
  Ids arrays[3];
  for (Ids& array : arrays) {
    array = Ids({std::size_t{1}, length});
  }
  rows.pad({&row, 1}, length, {}, arrays[0].mutable_data(), arrays[1].mutable_data(),
           arrays[2].mutable_data());
  return py::make_tuple(arrays[0], arrays[1], arrays[2], rows.truncated(row));
}

template <typename T, typename Value>
py::array_t<T> per_row(const Rows& self, Value value) {
  py::array_t<T> array(static_cast<py::ssize_t>(self.rows.size()));
  T* out = array.mutable_data();
  for (std::size_t row = 0; row < self.rows.size(); ++row) {
    out[row] = static_cast<T>(value(self.rows, row));
  }
  return array;
}

/// A list with value(sequence, type_id) for every token of a row.
template <typename List, typename Value>
List per_token(const Rows& self, std::int64_t row, Value value) {
  List list;
  self.rows.for_each_run(checked_row(self, row),
                         [&](std::int32_t sequence, std::uint32_t type_id, std::size_t length) {
                           for (std::size_t i = 0; i < length; ++i) {
                             list.append(value(sequence, type_id));
                           }
                         });
  return list;
}

void need_offsets(const Rows& self) {
  if (!self.rows.with_offsets()) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "offsets were not kept; call encode_batch(..., with_offsets=True)");
  }
}

Integers ids(const Rows& self, std::int64_t row) {
  const auto ids = self.rows.ids(checked_row(self, row));
  Integers list(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<py::ssize_t>(i), PyLong_FromUnsignedLong(ids[i]));
  }
  return list;
}

py::typing::List<py::str> tokens(const Rows& self, std::int64_t row) {
  const std::size_t index = checked_row(self, row);
  py::typing::List<py::str> list;
  const auto ids = self.rows.ids(index);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string* text = self.rows.text(index, i);
    const std::string_view token =
        text != nullptr ? *text : self.tokenizer->id_to_token(ids[i]).value_or("");
    list.append(py::str(token.data(), token.size()));
  }
  return list;
}

py::typing::List<py::typing::Tuple<py::int_, py::int_>> offsets(const Rows& self,
                                                                std::int64_t row) {
  need_offsets(self);
  py::typing::List<py::typing::Tuple<py::int_, py::int_>> list;
  for (const auto& span : self.rows.spans(checked_row(self, row))) {
    list.append(py::make_tuple(span.begin, span.end));
  }
  return list;
}

OptionalIntegers word_ids(const Rows& self, std::int64_t row) {
  need_offsets(self);
  OptionalIntegers list;
  for (const std::uint32_t word : self.rows.words(checked_row(self, row))) {
    if (word == tokenizers::Encodings::kNoWord) {
      list.append(py::none());
    } else {
      list.append(word);
    }
  }
  return list;
}

py::object sequence_or_none(std::int32_t sequence) {
  return sequence == LayoutPart::kSpecial ? py::object(py::none()) : py::object(py::int_(sequence));
}

void bind_tokenizer(py::module_& m) {
  py::class_<Tokenizer, std::shared_ptr<Tokenizer>>(
      m, "Tokenizer", "A whole tokenizer.json. Immutable; one serves many threads.")
      .def_static(
          "from_json",
          [](const py::bytes& data) {
            load_numpy_api();
            std::string text = data;
            const GilRelease release;
            return std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(std::move(text)));
          },
          "data"_a, "Reads a tokenizer.json; FileFormatError names the field.")
      .def_property_readonly("vocab_size", &Tokenizer::vocab_size, "Highest id + 1.")
      .def_property_readonly(
          "model_vocab_size",
          [](const Tokenizer& self) { return self.model().vocabulary().size(); },
          "Highest id of the model's own vocabulary + 1.")
      .def_property_readonly("components", &Tokenizer::components, "Stage to type name.")
      .def_property_readonly("added_tokens", &added_tokens, "Added tokens with their flags.")
      .def_property_readonly("file_padding", &file_padding, "What the file says about padding.")
      .def("vocab", &vocab, "Token to id, added tokens included.")
      .def("token_to_id", &Tokenizer::token_to_id, "token"_a, "The id of a token, or None.")
      .def("id_to_token", &Tokenizer::id_to_token, "id"_a, "The token of an id, or None.")
      .def("num_special_tokens", &Tokenizer::num_special_tokens, "is_pair"_a,
           "How many special tokens a text or a pair gets.")
      .def("encode_batch", &encode_batch, "texts"_a, "pairs"_a = py::none(), py::kw_only(),
           "add_special_tokens"_a = true, "truncation"_a = "do_not_truncate",
           "max_length"_a = py::none(), "stride"_a = 0, "truncation_side"_a = "right",
           "return_overflowing"_a = false, "with_offsets"_a = false, "threads"_a = 1,
           "Encodes texts, or pairs of texts.")
      .def("encode_row", &encode_row, "text"_a, "max_length"_a = 0, "cuts_left"_a = false,
           "input_ids, attention_mask and token_type_ids of one text, int64 of shape (1, tokens), "
           "and whether it was cut; a max_length of 0 cuts nothing.")
      .def("decode", &decode, "ids"_a, py::kw_only(), "skip_special_tokens"_a = false,
           "The text of ids; those of no token are left out.");
}

void bind_encodings(py::module_& m) {
  using tokenizers::Encodings;
  py::class_<Rows>(m, "Encodings", "Encoded texts, as long as each is.")
      .def("__len__", [](const Rows& self) { return self.rows.size(); })
      .def_property_readonly(
          "lengths",
          [](const Rows& self) {
            return per_row<std::int64_t>(
                self, [](const Encodings& rows, std::size_t row) { return rows.length(row); });
          },
          "int64, shape (rows,).")
      .def_property_readonly(
          "truncated",
          [](const Rows& self) {
            return per_row<bool>(
                self, [](const Encodings& rows, std::size_t row) { return rows.truncated(row); });
          },
          "bool, shape (rows,): something of the text was cut.")
      .def_property_readonly(
          "sample",
          [](const Rows& self) {
            return per_row<std::int64_t>(
                self, [](const Encodings& rows, std::size_t row) { return rows.sample(row); });
          },
          "int64, shape (rows,): the text a row came from.")
      .def("pad", &pad, "rows"_a = py::none(), py::kw_only(), "length"_a = py::none(),
           "multiple_of"_a = py::none(), "side"_a = "right", "pad_id"_a = 0, "pad_type_id"_a = 0,
           "input_ids, attention_mask, token_type_ids: int64, shape (rows, length).")
      .def("ids", &ids, "row"_a, "Ids of a row.")
      .def(
          "type_ids",
          [](const Rows& self, std::int64_t row) {
            return per_token<Integers>(
                self, row, [](std::int32_t, std::uint32_t type_id) { return py::int_(type_id); });
          },
          "row"_a, "Type ids of a row.")
      .def(
          "special_tokens_mask",
          [](const Rows& self, std::int64_t row) {
            return per_token<Integers>(self, row, [](std::int32_t sequence, std::uint32_t) {
              return py::int_(sequence == LayoutPart::kSpecial ? 1 : 0);
            });
          },
          "row"_a, "1 for tokens the post-processor added.")
      .def(
          "sequence_ids",
          [](const Rows& self, std::int64_t row) {
            return per_token<OptionalIntegers>(self, row, [](std::int32_t sequence, std::uint32_t) {
              return sequence_or_none(sequence);
            });
          },
          "row"_a, "0 or 1: the text of a pair; None for special tokens.")
      .def("tokens", &tokens, "row"_a, "Tokens of a row.")
      .def("offsets", &offsets, "row"_a, "Begin and end of each token in characters of its text.")
      .def("word_ids", &word_ids, "row"_a,
           "Index of the word of each token; None for special ones.");
}

}  // namespace

void bind_tokenizers(py::module_& m) {
  bind_encodings(m);
  bind_tokenizer(m);
}

}  // namespace onnxformers::bindings
