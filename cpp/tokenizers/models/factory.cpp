#include <array>

#include "tokenizers/models/bpe.h"
#include "tokenizers/models/model.h"
#include "tokenizers/models/unigram.h"
#include "tokenizers/models/wordlevel.h"
#include "tokenizers/models/wordpiece.h"

namespace onnxformers::tokenizers {

namespace {

using Make = std::unique_ptr<Model> (*)(const Field&);

struct Maker {
  std::string_view type;
  Make make;
};

template <typename Kind>
std::unique_ptr<Model> make_empty(const Field& /*field*/) {
  return Kind::empty();
}

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BPE", .make = &Bpe::from_json},
    {.type = "Unigram", .make = &Unigram::from_json},
    {.type = "WordLevel", .make = &WordLevel::from_json},
    {.type = "WordPiece", .make = &WordPiece::from_json},
});

// The same without tables.
constexpr auto kEmptyMakers = std::to_array<Maker>({
    {.type = "BPE", .make = &make_empty<Bpe>},
    {.type = "Unigram", .make = &make_empty<Unigram>},
    {.type = "WordLevel", .make = &make_empty<WordLevel>},
    {.type = "WordPiece", .make = &make_empty<WordPiece>},
});
static_assert(kMakers.size() == kEmptyMakers.size());

// Files written before tokenizers 0.10 name no type: the fields tell.
std::string_view inferred_type(const Field& field) {
  if (field.find("merges")) {
    return "BPE";
  }
  if (field.member("vocab").value().type() == json::Type::Array) {
    return "Unigram";
  }
  if (field.find("max_input_chars_per_word") || field.find("continuing_subword_prefix")) {
    return "WordPiece";
  }
  return "WordLevel";
}

}  // namespace

std::unique_ptr<Model> make_model(const Field& field, std::string& type, TableArchive* archive) {
  const auto named = field.find("type");
  type = named ? named->as_string() : inferred_type(field);
  const bool is_compiled = archive != nullptr && archive->fills();
  auto model = make_component(is_compiled ? kEmptyMakers : kMakers, field, type);
  if (archive != nullptr) {
    model->visit_tables(*archive);
  }
  return model;
}

}  // namespace onnxformers::tokenizers
