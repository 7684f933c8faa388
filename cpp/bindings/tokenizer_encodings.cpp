#include "bindings/tokenizer_encodings.h"

#include <string>
#include <string_view>

#include "base/errors.h"
#include "bindings/integers.h"
#include "bindings/tokenizer_padding.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::LayoutPart;

std::size_t checked_row(const Rows& self, std::int64_t row) {
  const auto count = static_cast<std::int64_t>(self.rows.size());
  if (row < -count || row >= count) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "there are " + std::to_string(count) + " rows, got row " + std::to_string(row));
  }
  return static_cast<std::size_t>(row < 0 ? row + count : row);
}

void need_offsets(const Rows& self) {
  if (!self.rows.with_offsets()) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "offsets were not kept; call encode_batch(..., with_offsets=True)");
  }
}

namespace {

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

Integers ids(const Rows& self, std::int64_t row) {
  const auto ids = self.rows.ids(checked_row(self, row));
  Integers list(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<py::ssize_t>(i), Integers32::make(ids[i]));
  }
  return list;
}

py::typing::List<py::str> tokens(const Rows& self, std::int64_t row) {
  const std::size_t index = checked_row(self, row);
  py::typing::List<py::str> list;
  const auto ids = self.rows.ids(index);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto text = self.rows.text(index, i);
    const std::string_view token = text ? *text : self.tokenizer->id_to_token(ids[i]).value_or("");
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
}  // namespace

void bind_encodings(py::module_& m) {
  using tokenizers::Encodings;
  py::class_<Rows> type(m, "Encodings", "Encoded texts, as long as each is.");
  bind_padding(type);
  type.def("__len__", [](const Rows& self) { return self.rows.size(); })
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
}  // namespace onnxformers::bindings
