#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/models/model.h"

namespace onnxformers::tokenizers {

/// A word is a token or the unknown token. Time: one probe of a hash table.
///
/// Source: WordLevel of Hugging Face tokenizers.
class WordLevel final : public Model {
 public:
  static std::unique_ptr<Model> from_json(const Field& field);

  WordLevel(Vocabulary vocabulary, std::string unk_token);

  static std::unique_ptr<Model> empty() { return std::unique_ptr<Model>(new WordLevel()); }
  void visit_tables(TableArchive& archive) override;

  /// Both fail with ErrorKind::InvalidArgument where the unknown token is needed and not in the
  /// vocabulary.
  void append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const override;
  void append_tokens(std::string_view word, std::vector<WordToken>& tokens) const override;

 private:
  WordLevel() = default;

  [[nodiscard]] std::uint32_t find(std::string_view word) const;

  std::string unk_token_;
  std::optional<std::uint32_t> unk_id_;
};

}  // namespace onnxformers::tokenizers
