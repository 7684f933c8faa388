#include "bindings/module.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/numpy_api.h"
#include "bindings/pre_tokenizers.h"
#include "bindings/tokenizer_arguments.h"
#include "bindings/tokenizer_decoding.h"
#include "bindings/tokenizer_encodings.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::EncodeOptions;
using tokenizers::Side;
using tokenizers::Tokenizer;
using tokenizers::TruncationStrategy;

namespace {

using Facts = py::typing::Dict<py::str, py::object>;

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
  run_unlocked(first.bytes + second.bytes,
               [&] { rows.rows = self->encode_batch(first.views, second.views, options); });
  return rows;
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

/// Encodes and lays out one text in a single call: the way of a service that embeds short texts.
py::typing::Tuple<Ids, Ids, Ids, bool> encode_row(const Tokenizer& self, const py::object& text,
                                                  std::int64_t max_length, bool cuts_left) {
  const EncodeOptions options = row_options(max_length, cuts_left);
  const std::string_view view = read_text(text.ptr(), "texts", 0);
  tokenizers::Encodings rows;
  run_unlocked(view.size(), [&] { rows = self.encode_batch({&view, 1}, {}, options); });
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
           "and whether it was cut; a max_length of 0 cuts nothing.");
}

}  // namespace

void bind_tokenizers(py::module_& m) {
  bind_encodings(m);
  bind_pre_tokenizers(m);
  bind_tokenizer(m);
  bind_decoding(m);
}

}  // namespace onnxformers::bindings
