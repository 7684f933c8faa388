#include "bindings/tokenizer_padding.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/tokenizer_arguments.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::LayoutPart;
using tokenizers::Padding;

namespace {

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

/// What an array holds: which rows, and how they are filled up to its width.
struct Frame {
  std::vector<std::size_t> rows;
  Padding padding;
  std::size_t width;

  [[nodiscard]] std::size_t places() const noexcept { return rows.size() * width; }

  /// How many places a row of so many tokens leaves before them and after them.
  [[nodiscard]] std::pair<std::size_t, std::size_t> free_places(std::size_t length) const noexcept {
    const std::size_t free = width - length;
    const std::size_t before = padding.side == tokenizers::Side::Left ? free : 0;
    return {before, free - before};
  }
};

Frame frame_of(const Rows& self, const std::optional<Ids>& rows, std::optional<std::int64_t> length,
               std::optional<std::int64_t> multiple_of, const std::string& side) {
  Padding padding;
  if (length) {
    padding.length = size_argument(*length, 0, "length");
  }
  if (multiple_of) {
    padding.multiple_of = size_argument(*multiple_of, 1, "multiple_of");
  }
  padding.side = side_from_name(side, "side");
  std::vector<std::size_t> chosen = chosen_rows(self, rows);
  const std::size_t width = self.rows.padded_length(chosen, padding);
  return {.rows = std::move(chosen), .padding = padding, .width = width};
}

py::typing::Tuple<Ids, Ids, Ids> pad(const Rows& self, const std::optional<Ids>& rows,
                                     std::optional<std::int64_t> length,
                                     std::optional<std::int64_t> multiple_of,
                                     const std::string& side, std::int64_t pad_id,
                                     std::int64_t pad_type_id) {
  Frame frame = frame_of(self, rows, length, multiple_of, side);
  frame.padding.pad_id = pad_id;
  frame.padding.pad_type_id = pad_type_id;
  const auto make = [&] { return Ids({frame.rows.size(), frame.width}); };
  constexpr std::size_t kArrays = 3;
  keep_room((kArrays * frame.places() * sizeof(std::int64_t)) + self.rows.bytes());
  Ids input_ids = make();
  Ids attention_mask = make();
  Ids token_type_ids = make();
  run_unlocked(frame.places(),
               [&, ids = input_ids.mutable_data(), mask = attention_mask.mutable_data(),
                types = token_type_ids.mutable_data()] {
                 self.rows.pad(frame.rows, frame.width, frame.padding, ids, mask, types);
               });
  return py::make_tuple(std::move(input_ids), std::move(attention_mask), std::move(token_type_ids));
}

Ids pad_sequences(const Rows& self, const std::optional<Ids>& rows,
                  std::optional<std::int64_t> length, std::optional<std::int64_t> multiple_of,
                  const std::string& side) {
  const Frame frame = frame_of(self, rows, length, multiple_of, side);
  Ids sequences({frame.rows.size(), frame.width});
  std::int64_t* to = sequences.mutable_data();
  for (const std::size_t row : frame.rows) {
    const auto [before, after] = frame.free_places(self.rows.length(row));
    to = std::fill_n(to, before, LayoutPart::kSpecial);
    self.rows.for_each_run(row, [&](std::int32_t sequence, std::uint32_t, std::size_t run) {
      to = std::fill_n(to, run, sequence);
    });
    to = std::fill_n(to, after, LayoutPart::kSpecial);
  }
  return sequences;
}

Ids pad_offsets(const Rows& self, const std::optional<Ids>& rows,
                std::optional<std::int64_t> length, std::optional<std::int64_t> multiple_of,
                const std::string& side) {
  need_offsets(self);
  const Frame frame = frame_of(self, rows, length, multiple_of, side);
  Ids offsets({frame.rows.size(), frame.width, std::size_t{2}});
  run_unlocked(frame.places(), [&, out = offsets.mutable_data()] {
    std::int64_t* to = out;
    for (const std::size_t row : frame.rows) {
      const auto spans = self.rows.spans(row);
      const auto [before, after] = frame.free_places(spans.size());
      to = std::fill_n(to, 2 * before, 0);
      for (const auto& span : spans) {
        *to++ = span.begin;
        *to++ = span.end;
      }
      to = std::fill_n(to, 2 * after, 0);
    }
  });
  return offsets;
}

}  // namespace

void bind_padding(py::class_<Rows>& type) {
  type.def("pad", &pad, "rows"_a = py::none(), py::kw_only(), "length"_a = py::none(),
           "multiple_of"_a = py::none(), "side"_a = "right", "pad_id"_a = 0, "pad_type_id"_a = 0,
           "input_ids, attention_mask, token_type_ids: int64, shape (rows, length).")
      .def("pad_sequences", &pad_sequences, "rows"_a = py::none(), py::kw_only(),
           "length"_a = py::none(), "multiple_of"_a = py::none(), "side"_a = "right",
           "0 or 1: the text of a pair; -1 for special tokens and padding: int64, shape (rows, "
           "length).")
      .def("pad_offsets", &pad_offsets, "rows"_a = py::none(), py::kw_only(),
           "length"_a = py::none(), "multiple_of"_a = py::none(), "side"_a = "right",
           "Begin and end of each token in characters of its text; 0 for special tokens and "
           "padding: int64, shape (rows, length, 2).");
}

}  // namespace onnxformers::bindings
