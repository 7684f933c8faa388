#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/field.h"
#include "tokenizers/vocabulary.h"

namespace onnxformers::tokenizers {

/// One token of a word: bytes [begin, end) of the word.
struct WordToken {
  std::uint32_t id;
  std::uint32_t begin;
  std::uint32_t end;
  bool shows_text = false;  ///< an unknown token that goes by the text it stands for
};

/// Third stage: turns one word (a piece of the pre-tokenizer) into tokens. Immutable; one serves
/// many threads.
class Model {
 public:
  explicit Model(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  /// Everything that from_json() works out.
  virtual void visit_tables(TableArchive& archive) { vocabulary_.visit_tables(archive); }

  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return vocabulary_; }

  /// Whether tokens inside a word are spelt behind a prefix ("##").
  [[nodiscard]] virtual bool has_subword_prefix() const noexcept { return false; }

  /// Appends the ids of a word that is not empty.
  virtual void append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const = 0;

  /// The same with the place of every token in the word.
  virtual void append_tokens(std::string_view word, std::vector<WordToken>& tokens) const = 0;

 protected:
  /// Empty, for visit_tables() to fill.
  Model() = default;

 private:
  Vocabulary vocabulary_;
};

/// Reads the "model" of tokenizer.json, whose "type" old files leave out; fails with
/// ErrorKind::FileFormat. @param type receives the name of the type, read or inferred.
/// @param archive its tables are kept there, or come from there; may be null.
[[nodiscard]] std::unique_ptr<Model> make_model(const Field& field, std::string& type,
                                                TableArchive* archive = nullptr);

}  // namespace onnxformers::tokenizers
