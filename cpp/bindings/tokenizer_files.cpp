#include "bindings/tokenizer_files.h"

#include <map>
#include <memory>
#include <set>
#include <string>

#include <pybind11/stl.h>

#include "bindings/gil.h"
#include "tokenizers/files/plain_files.h"
#include "tokenizers/files/sentencepiece_json.h"
#include "tokenizers/files/tiktoken_file.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;
using tokenizers::PieceChanges;
using tokenizers::SentencePieceModel;

namespace {

/// A model and the bytes that it is a view of.
struct SentencePieceFile {
  explicit SentencePieceFile(std::string data)
      : bytes(std::move(data)), model(SentencePieceModel::parse(bytes)) {}
  SentencePieceFile(const SentencePieceFile&) = delete;
  SentencePieceFile& operator=(const SentencePieceFile&) = delete;

  const std::string bytes;
  const SentencePieceModel model;
};

using PieceFacts = std::tuple<std::string, float, int>;

std::vector<PieceFacts> pieces(const SentencePieceFile& self) {
  std::vector<PieceFacts> all;
  all.reserve(self.model.pieces.size());
  for (const auto& piece : self.model.pieces) {
    all.emplace_back(piece.text, piece.score, static_cast<int>(piece.type));
  }
  return all;
}

/// Id, text and whether it is control rather than user-defined.
std::vector<std::tuple<std::size_t, std::string, bool>> marked(const SentencePieceFile& self) {
  using Type = SentencePieceModel::PieceType;
  std::vector<std::tuple<std::size_t, std::string, bool>> found;
  for (std::size_t id = 0; id < self.model.pieces.size(); ++id) {
    const auto& piece = self.model.pieces[id];
    if (piece.type == Type::Control || piece.type == Type::UserDefined) {
      found.emplace_back(id, piece.text, piece.type == Type::Control);
    }
  }
  return found;
}

/// Ids of those of the texts that are pieces.
std::map<std::string, std::size_t> ids_of(const SentencePieceFile& self,
                                          const std::vector<std::string>& texts) {
  const std::set<std::string_view> wanted(texts.begin(), texts.end());
  std::map<std::string, std::size_t> found;
  for (std::size_t id = 0; id < self.model.pieces.size(); ++id) {
    if (wanted.contains(self.model.pieces[id].text)) {
      found.emplace(self.model.pieces[id].text, id);
    }
  }
  return found;
}

// The keyword arguments of the Python method.
// NOLINTNEXTLINE(readability-function-size)
py::bytes model_json(const SentencePieceFile& self, std::vector<PieceChanges::ScoredToken> first,
                     std::size_t skipped, std::vector<PieceChanges::ScoredToken> last,
                     std::optional<std::uint32_t> unk_id, bool byte_fallback,
                     bool lowers_number_commas, bool has_tab) {
  const PieceChanges changes{
      .first = std::move(first),
      .skipped = skipped,
      .last = std::move(last),
      .unk_id = unk_id,
      .byte_fallback = byte_fallback,
      .lowers_number_commas = lowers_number_commas,
      .has_tab = has_tab,
  };
  std::string json;
  {
    const GilRelease release;
    json = tokenizers::model_json(self.model, changes);
  }
  return json;
}

template <typename Convert>
py::bytes converted(const py::bytes& file, Convert convert) {
  const std::string data = file;
  std::string json;
  {
    const GilRelease release;
    json = convert(data);
  }
  return json;
}

void bind_sentencepiece(py::module_& m) {
  using Self = SentencePieceFile;
  py::class_<Self, std::shared_ptr<Self>>(m, "SentencePieceFile", "A SentencePiece .model.")
      .def(py::init([](const py::bytes& data) {
             std::string bytes = data;
             const GilRelease release;
             return std::make_shared<Self>(std::move(bytes));
           }),
           "data"_a, "FileFormatError for what is no such file.")
      .def_property_readonly(
          "algorithm", [](const Self& self) { return static_cast<int>(self.model.algorithm); },
          "1 Unigram, 2 BPE, 3 words, 4 characters.")
      .def_property_readonly(
          "charsmap", [](const Self& self) { return py::bytes(std::string(self.model.charsmap)); },
          "The precompiled character map; empty where there is none.")
      .def_property_readonly("unk_id", [](const Self& self) { return self.model.unk_id; })
      .def_property_readonly("byte_fallback",
                             [](const Self& self) { return self.model.byte_fallback; })
      .def_property_readonly("add_dummy_prefix",
                             [](const Self& self) { return self.model.add_dummy_prefix; })
      .def_property_readonly("remove_extra_whitespaces",
                             [](const Self& self) { return self.model.remove_extra_whitespaces; })
      .def_property_readonly("escape_whitespaces",
                             [](const Self& self) { return self.model.escape_whitespaces; })
      .def_property_readonly("treat_whitespace_as_suffix",
                             [](const Self& self) { return self.model.treat_whitespace_as_suffix; })
      .def("__len__", [](const Self& self) { return self.model.pieces.size(); })
      .def("pieces", &pieces, "Text, score and type of each piece, by id.")
      .def("marked", &marked,
           "Id and text of control and user-defined pieces, and whether control.")
      .def(
          "text", [](const Self& self, std::size_t id) { return self.model.pieces.at(id).text; },
          "id"_a, "Text of a piece.")
      .def("ids_of", &ids_of, "texts"_a, "Ids of those of some texts that are pieces.")
      .def("model_json", &model_json, py::kw_only(), "first"_a, "skipped"_a, "last"_a, "unk_id"_a,
           "byte_fallback"_a, "lowers_number_commas"_a, "has_tab"_a,
           "The \"model\" of an equivalent tokenizer.json.");
}

}  // namespace

void bind_tokenizer_files(py::module_& m) {
  bind_sentencepiece(m);
  m.def(
      "tiktoken_model_json",
      [](const py::bytes& file) { return converted(file, &tokenizers::tiktoken_model_json); },
      "file"_a, "The \"model\" of a tokenizer.json for a .tiktoken file.");
  m.def(
      "vocab_txt_json",
      [](const py::bytes& file) { return converted(file, &tokenizers::vocab_txt_json); }, "file"_a,
      "The vocabulary of vocab.txt as a JSON object.");
  m.def(
      "merges_txt_json",
      [](const py::bytes& file) { return converted(file, &tokenizers::merges_txt_json); }, "file"_a,
      "The merges of merges.txt as a JSON array.");
}

}  // namespace onnxformers::bindings
