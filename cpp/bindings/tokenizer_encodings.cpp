#include "bindings/tokenizer_encodings.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/integers.h"
#include "bindings/tokenizer_arguments.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::LayoutPart;
using tokenizers::Padding;

namespace {

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

void need_offsets(const Rows& self) {
  if (!self.rows.with_offsets()) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "offsets were not kept; call encode_batch(..., with_offsets=True)");
  }
}

/// Where the tokens of rows stand in arrays that pad() would fill: calls put(row, first), `first`
/// counted in tokens from the beginning of the arrays.
template <typename Put>
void place_rows(const Rows& self, const std::vector<std::size_t>& chosen, std::size_t width,
                const Padding& padding, Put put) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::size_t before =
        padding.side == tokenizers::Side::Left ? width - self.rows.length(chosen[i]) : 0;
    put(chosen[i], (i * width) + before);
  }
}

/// Asks for as much memory as the arrays and columns of a call take together, and gives it back
/// untouched. glibc keeps twice the largest block that was ever given back: so the next call finds
/// its pages, where it would get each of them anew, which can take longer than encoding.
void keep_room([[maybe_unused]] std::size_t bytes) {
#ifdef __GLIBC__
  constexpr std::size_t kLeast = std::size_t{128} << 10U;  // below that it keeps all
  if (bytes >= kLeast) {
    void* volatile block = std::malloc(bytes);
    std::free(block);
  }
#endif
}

Padding layout_of(std::optional<std::int64_t> length, std::optional<std::int64_t> multiple_of,
                  const std::string& side) {
  Padding padding;
  if (length) {
    padding.length = size_argument(*length, 0, "length");
  }
  if (multiple_of) {
    padding.multiple_of = size_argument(*multiple_of, 1, "multiple_of");
  }
  padding.side = side_from_name(side, "side");
  return padding;
}

py::typing::Tuple<Ids, Ids, Ids> pad(const Rows& self, const std::optional<Ids>& rows,
                                     std::optional<std::int64_t> length,
                                     std::optional<std::int64_t> multiple_of,
                                     const std::string& side, std::int64_t pad_id,
                                     std::int64_t pad_type_id) {
  Padding padding = layout_of(length, multiple_of, side);
  padding.pad_id = pad_id;
  padding.pad_type_id = pad_type_id;
  const std::vector<std::size_t> chosen = chosen_rows(self, rows);
  const std::size_t width = self.rows.padded_length(chosen, padding);
  const auto make = [&] { return Ids({chosen.size(), width}); };
  constexpr std::size_t kArrays = 3;
  keep_room((kArrays * chosen.size() * width * sizeof(std::int64_t)) + self.rows.bytes());
  Ids input_ids = make();
  Ids attention_mask = make();
  Ids token_type_ids = make();
  run_unlocked(chosen.size() * width,
               [&, ids = input_ids.mutable_data(), mask = attention_mask.mutable_data(),
                types = token_type_ids.mutable_data()] {
                 self.rows.pad(chosen, width, padding, ids, mask, types);
               });
  return py::make_tuple(std::move(input_ids), std::move(attention_mask), std::move(token_type_ids));
}

Ids pad_sequences(const Rows& self, const std::optional<Ids>& rows,
                  std::optional<std::int64_t> length, std::optional<std::int64_t> multiple_of,
                  const std::string& side) {
  const Padding padding = layout_of(length, multiple_of, side);
  const std::vector<std::size_t> chosen = chosen_rows(self, rows);
  const std::size_t width = self.rows.padded_length(chosen, padding);
  Ids sequences({chosen.size(), width});
  std::int64_t* out = sequences.mutable_data();
  std::fill_n(out, chosen.size() * width, LayoutPart::kSpecial);
  place_rows(self, chosen, width, padding, [&](std::size_t row, std::size_t first) {
    self.rows.for_each_run(
        row, [&, to = out + first](std::int32_t sequence, std::uint32_t, std::size_t run) mutable {
          to = std::fill_n(to, run, sequence);
        });
  });
  return sequences;
}

Ids pad_offsets(const Rows& self, const std::optional<Ids>& rows,
                std::optional<std::int64_t> length, std::optional<std::int64_t> multiple_of,
                const std::string& side) {
  need_offsets(self);
  const Padding padding = layout_of(length, multiple_of, side);
  const std::vector<std::size_t> chosen = chosen_rows(self, rows);
  const std::size_t width = self.rows.padded_length(chosen, padding);
  Ids offsets({chosen.size(), width, std::size_t{2}});
  run_unlocked(chosen.size() * width, [&, out = offsets.mutable_data()] {
    std::int64_t* to = out;
    for (const std::size_t row : chosen) {
      const auto spans = self.rows.spans(row);
      const std::size_t free = 2 * (width - spans.size());
      const std::size_t before = padding.side == tokenizers::Side::Left ? free : 0;
      to = std::fill_n(to, before, 0);
      for (const auto& span : spans) {
        *to++ = span.begin;
        *to++ = span.end;
      }
      to = std::fill_n(to, free - before, 0);
    }
  });
  return offsets;
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
      .def("pad_sequences", &pad_sequences, "rows"_a = py::none(), py::kw_only(),
           "length"_a = py::none(), "multiple_of"_a = py::none(), "side"_a = "right",
           "0 or 1: the text of a pair; -1 for special tokens and padding: int64, shape (rows, "
           "length).")
      .def("pad_offsets", &pad_offsets, "rows"_a = py::none(), py::kw_only(),
           "length"_a = py::none(), "multiple_of"_a = py::none(), "side"_a = "right",
           "Begin and end of each token in characters of its text; 0 for special tokens and "
           "padding: int64, shape (rows, length, 2).")
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
