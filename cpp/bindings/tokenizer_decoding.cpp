#include "bindings/tokenizer_decoding.h"

#include <span>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "bindings/tokenizer_arguments.h"
#include "tokenizers/decode_stream.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::Tokenizer;

namespace {

std::string decode(const Tokenizer& self, const py::object& ids, bool skip_special_tokens) {
  const std::vector<std::uint32_t> numbers = read_ids(ids);
  std::string text;
  run_unlocked(numbers.size() * 4, [&] { text = self.decode(numbers, skip_special_tokens); });
  return text;
}

std::vector<std::string> decode_batch(const Tokenizer& self, const py::object& rows,
                                      bool skip_special_tokens, std::int64_t threads) {
  const auto count = static_cast<unsigned>(size_argument(threads, 1, "threads"));
  std::vector<std::vector<std::uint32_t>> numbers;
  std::vector<std::span<const std::uint32_t>> views;
  std::size_t cost = 0;
  for (const py::handle row : rows) {
    numbers.push_back(read_ids(py::reinterpret_borrow<py::object>(row)));
    cost += numbers.back().size() * 4;
  }
  views.assign(numbers.begin(), numbers.end());
  std::vector<std::string> texts;
  run_unlocked(cost, [&] { texts = self.decode_batch(views, skip_special_tokens, count); });
  return texts;
}

void bind_decode_stream(py::module_& m) {
  using tokenizers::DecodeStream;
  py::class_<DecodeStream>(m, "DecodeStream", "Text of ids that come one after the other.")
      .def(py::init([](const std::shared_ptr<Tokenizer>& tokenizer, bool skip_special_tokens,
                       bool clean_up) {
             return std::make_unique<DecodeStream>(tokenizer, skip_special_tokens, clean_up);
           }),
           "tokenizer"_a, py::kw_only(), "skip_special_tokens"_a = false, "clean_up"_a = false)
      .def(
          "add", [](DecodeStream& self, const py::object& ids) { return self.add(read_ids(ids)); },
          "ids"_a, "The text that has become certain.")
      .def("finish", &DecodeStream::finish, "What was held back; the stream is then as new.");
}

}  // namespace

void bind_decoding(py::module_& m) {
  using TokenizerClass = py::class_<Tokenizer, std::shared_ptr<Tokenizer>>;
  py::reinterpret_borrow<TokenizerClass>(m.attr("Tokenizer"))
      .def("decode", &decode, "ids"_a, py::kw_only(), "skip_special_tokens"_a = false,
           "The text of ids; those of no token are left out.")
      .def(
          "decode_tokens",
          [](const Tokenizer& self, const py::object& tokens) {
            return self.decode_tokens(read_texts(tokens, "tokens").views);
          },
          "tokens"_a, "The text of tokens, which need not be of the vocabulary.")
      .def("decode_batch", &decode_batch, "rows"_a, py::kw_only(), "skip_special_tokens"_a = false,
           "threads"_a = 1, "The texts of several rows of ids.");
  bind_decode_stream(m);
}

}  // namespace onnxformers::bindings
