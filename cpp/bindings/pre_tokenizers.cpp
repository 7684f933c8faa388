#include "bindings/pre_tokenizers.h"

#include "bindings/module.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "base/json.h"
#include "base/utf8.h"
#include "bindings/tokenizer_arguments.h"
#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::Pattern;
using tokenizers::PreTokenizer;

namespace {

using Span = std::pair<std::uint32_t, std::uint32_t>;
using NamedPiece = std::pair<std::string, Span>;

std::unique_ptr<PreTokenizer> read_pre_tokenizer(const py::bytes& data) {
  const auto document = json::Document::parse(std::string(data));
  return tokenizers::make_pre_tokenizer(tokenizers::Field(document.root(), "pre_tokenizer"));
}

std::vector<NamedPiece> split(const PreTokenizer& self, const py::object& text) {
  const std::string_view view = read_text(text.ptr(), "text", 0);
  std::vector<NamedPiece> pieces;
  run_unlocked(view.size(), [&] {
    tokenizers::PreTokenizedText split;
    split.text.reset(view, 0, true);
    split.reset_pieces();
    self.split(split);
    for (const tokenizers::Piece& piece : split.pieces) {
      const auto bytes = split.text.text().substr(piece.begin, piece.end - piece.begin);
      pieces.emplace_back(bytes, Span(tokenizers::origin_begin(split.text.origin(piece.begin)),
                                      tokenizers::origin_end(split.text.origin(piece.end - 1))));
    }
  });
  return pieces;
}

std::vector<Span> find_all(const std::string& pattern, bool is_regex, const py::object& text) {
  const std::string_view view = read_text(text.ptr(), "text", 0);
  std::vector<Span> spans;
  run_unlocked(view.size(), [&] {
    std::vector<Pattern::Match> matches;
    Pattern(pattern, is_regex).find_all(view, matches);
    std::size_t begin = 0;  // byte and character
    std::size_t character = 0;
    const auto character_at = [&](std::size_t byte) {
      character += utf8::count(view.substr(begin, byte - begin));
      begin = byte;
      return static_cast<std::uint32_t>(character);
    };
    for (const Pattern::Match& match : matches) {
      const std::uint32_t first = character_at(match.begin);
      spans.emplace_back(first, character_at(match.end));
    }
  });
  return spans;
}

}  // namespace

void bind_pre_tokenizers(py::module_& m) {
  py::class_<PreTokenizer>(m, "PreTokenizer", "One stage of tokenizer.json, by itself.")
      .def(py::init(&read_pre_tokenizer), "data"_a, "Reads the JSON of the section.")
      .def("split", &split, "text"_a, "Pieces with begin and end in characters of the text.");
  m.def("find_all", &find_all, "pattern"_a, "is_regex"_a, "text"_a,
        "Begin and end of the matches of a pattern, in characters.");
}

}  // namespace onnxformers::bindings
