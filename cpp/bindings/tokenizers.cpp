#include "bindings/module.h"

#include <array>
#include <utility>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/numpy_api.h"
#include "bindings/pre_tokenizers.h"
#include "bindings/token_text.h"
#include "bindings/tokenizer_arguments.h"
#include "bindings/tokenizer_decoding.h"
#include "bindings/tokenizer_encode.h"
#include "bindings/tokenizer_encodings.h"
#include "bindings/tokenizer_files.h"
#include "bindings/tokenizer_one_text.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::AddedToken;
using tokenizers::Tokenizer;

namespace {

using Facts = py::typing::Dict<py::str, py::object>;

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
  // Made once: files have hundreds of tokens.
  const std::array<py::str, 7> names = {"id",     "content",    "single_word", "lstrip",
                                        "rstrip", "normalized", "special"};
  py::typing::List<Facts> entries;
  for (const auto& token : self.added_vocabulary().tokens()) {
    py::dict entry;
    entry[names[0]] = token.id;
    entry[names[1]] = token.content;
    entry[names[2]] = token.single_word;
    entry[names[3]] = token.lstrip;
    entry[names[4]] = token.rstrip;
    entry[names[5]] = token.normalized;
    entry[names[6]] = token.special;
    entries.append(std::move(entry));
  }
  return entries;
}

AddedToken added_token(const py::dict& facts, std::size_t index) {
  const auto flag = [&](const char* name) { return facts[name].cast<bool>(); };
  return {
      .id = 0,
      .content = std::string(read_text(py::object(facts["content"]).ptr(), "tokens", index)),
      .single_word = flag("single_word"),
      .lstrip = flag("lstrip"),
      .rstrip = flag("rstrip"),
      .normalized = flag("normalized"),
      .special = flag("special"),
  };
}

std::shared_ptr<Tokenizer> with_added_tokens(const Tokenizer& self,
                                             const py::typing::List<Facts>& facts) {
  std::vector<AddedToken> tokens;
  for (const py::handle token : facts) {
    tokens.push_back(added_token(token.cast<py::dict>(), tokens.size()));
  }
  return std::const_pointer_cast<Tokenizer>(self.with_added_tokens(tokens));
}

/// (None, id, type id) for a special token, (0 or 1, None, type id) for a text.
using Part =
    py::typing::Tuple<py::typing::Optional<py::int_>, py::typing::Optional<py::int_>, py::int_>;

py::typing::List<Part> layout(const Tokenizer& self, bool is_pair, bool add_special_tokens) {
  const tokenizers::PostPlan& plan = self.plan(is_pair, add_special_tokens);
  if (!plan.unsupported.empty()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer", plan.unsupported);
  }
  py::typing::List<Part> parts;
  for (const tokenizers::Layout& row : plan.encodings) {
    for (const tokenizers::LayoutPart& part : row) {
      const bool is_special = part.sequence == tokenizers::LayoutPart::kSpecial;
      parts.append(py::make_tuple(is_special ? py::object(py::none()) : py::int_(part.sequence),
                                  is_special ? py::object(py::int_(part.id)) : py::none(),
                                  part.type_id));
    }
  }
  return parts;
}

py::typing::Optional<Facts> file_padding(const Tokenizer& self) {
  const auto& padding = self.file_padding();
  if (!padding) {
    return py::none();
  }
  return Facts("pad_id"_a = padding->pad_id, "pad_type_id"_a = padding->pad_type_id,
               "pad_token"_a = padding->pad_token);
}

using SharedTokenizer = std::shared_ptr<Tokenizer>;

py::typing::Tuple<SharedTokenizer, py::bytes> compile(const py::bytes& data) {
  load_numpy_api();
  std::string text = data;
  std::string compiled;
  SharedTokenizer tokenizer;
  {
    const GilRelease release;
    tokenizer =
        std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(std::move(text), &compiled));
  }
  return py::make_tuple(std::move(tokenizer), py::bytes(compiled));
}

py::typing::Tuple<SharedTokenizer, py::bytes> from_compiled(const std::string& path) {
  load_numpy_api();
  std::string rest;
  SharedTokenizer tokenizer;
  {
    const GilRelease release;
    tokenizer =
        std::const_pointer_cast<Tokenizer>(Tokenizer::from_compiled(MappedFile::open(path), &rest));
  }
  return py::make_tuple(std::move(tokenizer), py::bytes(rest));
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
      .def_static("compile", &compile, "data"_a,
                  "Reads a tokenizer.json; also the content of a file for from_compiled.")
      .def_static("from_compiled", &from_compiled, "path"_a,
                  "The tokenizer of a compiled file, and its tokenizer.json without the tables of "
                  "the model. FileFormatError: another version, or damaged.")
      .def_property_readonly("vocab_size", &Tokenizer::vocab_size, "Highest id + 1.")
      .def_property_readonly(
          "model_vocab_size",
          [](const Tokenizer& self) { return self.model().vocabulary().size(); },
          "Highest id of the model's own vocabulary + 1.")
      .def_property_readonly(
          "has_subword_prefix",
          [](const Tokenizer& self) { return self.model().has_subword_prefix(); },
          "Whether tokens inside a word are spelt behind a prefix (\"##\").")
      .def_property_readonly("components", &Tokenizer::components, "Stage to type name.")
      .def_property_readonly("added_tokens", &added_tokens, "Added tokens with their flags.")
      .def_property_readonly("file_padding", &file_padding, "What the file says about padding.")
      .def("vocab", &vocab, "Token to id, added tokens included.")
      .def("token_to_id", &Tokenizer::token_to_id, "token"_a, "The id of a token, or None.")
      .def("id_to_token", &Tokenizer::id_to_token, "id"_a, "The token of an id, or None.")
      .def("with_added_tokens", &with_added_tokens, "tokens"_a,
           "Another tokenizer that has these added tokens too; ids are given in order.")
      .def(
          "with_post_processor",
          [](const Tokenizer& self, const py::bytes& data) {
            return std::const_pointer_cast<Tokenizer>(self.with_post_processor(data));
          },
          "data"_a, "Another tokenizer with this post-processor, JSON as in tokenizer.json.")
      .def("layout", &layout, "is_pair"_a, "add_special_tokens"_a = true,
           "Parts of an encoded row: (None, id, type id) a special token, (0 or 1, None, type id) "
           "a text.")
      .def("num_special_tokens", &Tokenizer::num_special_tokens, "is_pair"_a,
           "How many special tokens a text or a pair gets.");
}

}  // namespace

void bind_tokenizers(py::module_& m) {
  bind_encodings(m);
  bind_pre_tokenizers(m);
  bind_tokenizer(m);
  bind_encode(m);
  bind_one_text(m);
  bind_token_text(m);
  bind_decoding(m);
  bind_tokenizer_files(m);
}

}  // namespace onnxformers::bindings
