#include "tokenizers/models/wordlevel.h"

#include <utility>

#include "base/errors.h"

namespace onnxformers::tokenizers {

std::unique_ptr<Model> WordLevel::from_json(const Field& field) {
  std::string unk_token(field.member("unk_token").as_string());
  return std::make_unique<WordLevel>(Vocabulary::from_json(field.member("vocab")),
                                     std::move(unk_token));
}

WordLevel::WordLevel(Vocabulary vocabulary, std::string unk_token)
    : Model(std::move(vocabulary)),
      unk_token_(std::move(unk_token)),
      unk_id_(this->vocabulary().find(unk_token_)) {}

void WordLevel::visit_tables(TableArchive& archive) {
  Model::visit_tables(archive);
  archive(unk_token_);
  archive(unk_id_);
}

std::uint32_t WordLevel::find(std::string_view word) const {
  if (const auto id = vocabulary().find(word)) {
    return *id;
  }
  if (!unk_id_) {
    fail(ErrorKind::InvalidArgument, "WordLevel",
         "\"" + shortened(word) + "\" is not in the vocabulary, nor is the unknown token \"" +
             shortened(unk_token_) + "\"");
  }
  return *unk_id_;
}

void WordLevel::append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
  ids.push_back(find(word));
}

void WordLevel::append_tokens(std::string_view word, std::vector<WordToken>& tokens) const {
  tokens.push_back({.id = find(word), .begin = 0, .end = static_cast<std::uint32_t>(word.size())});
}

}  // namespace onnxformers::tokenizers
