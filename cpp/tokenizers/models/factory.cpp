#include <array>

#include "tokenizers/models/bpe.h"
#include "tokenizers/models/model.h"
#include "tokenizers/models/unigram.h"
#include "tokenizers/models/wordlevel.h"
#include "tokenizers/models/wordpiece.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<Model> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BPE", .make = &Bpe::from_json},
    {.type = "Unigram", .make = &Unigram::from_json},
    {.type = "WordLevel", .make = &WordLevel::from_json},
    {.type = "WordPiece", .make = &WordPiece::from_json},
});

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

std::unique_ptr<Model> make_model(const Field& field, std::string& type) {
  const auto named = field.find("type");
  type = named ? named->as_string() : inferred_type(field);
  return make_component(kMakers, field, type);
}

}  // namespace onnxformers::tokenizers
