#include "bindings/tokenizer_encode.h"

#include <optional>
#include <string>

#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/tokenizer_arguments.h"
#include "bindings/tokenizer_encodings.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::EncodeOptions;
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

}  // namespace

void bind_encode(py::module_& m) {
  using TokenizerClass = py::class_<Tokenizer, std::shared_ptr<Tokenizer>>;
  py::reinterpret_borrow<TokenizerClass>(m.attr("Tokenizer"))
      .def("encode_batch", &encode_batch, "texts"_a, "pairs"_a = py::none(), py::kw_only(),
           "add_special_tokens"_a = true, "truncation"_a = "do_not_truncate",
           "max_length"_a = py::none(), "stride"_a = 0, "truncation_side"_a = "right",
           "return_overflowing"_a = false, "with_offsets"_a = false, "is_split"_a = false,
           "split_special_tokens"_a = false, "threads"_a = 1,
           "Encodes texts, or pairs of texts; with is_split each is a sequence of words.");
}

}  // namespace onnxformers::bindings
