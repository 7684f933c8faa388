#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/added_vocabulary.h"
#include "tokenizers/models/model.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/table_archive.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// The components a fast path stands for; it may keep references to them.
struct Stages {
  const Normalizer* normalizer;       ///< may be null
  const PreTokenizer* pre_tokenizer;  ///< may be null
  const Model& model;
  const AddedVocabulary& added;
};

/// Normalizer, pre-tokenizer and model of a common combination in one pass over the bytes of a
/// text, to the same tokens. Immutable; one serves many threads; buffers belong to the thread.
class FastPath {
 public:
  struct Input {
    std::string_view text;          ///< well-formed UTF-8, without added tokens taken as they are
    std::uint32_t first_character;  ///< its index in the whole text; for encode_ids() only whether
                                    ///< it is 0 counts
    std::size_t limit;              ///< may stop once there are as many ids
  };

  FastPath() = default;
  FastPath(const FastPath&) = delete;
  FastPath& operator=(const FastPath&) = delete;
  virtual ~FastPath() = default;

  /// Works out the tables; called once, before anything else, unless visit_tables() fills them.
  virtual void build() {}
  virtual void visit_tables(TableArchive& /*archive*/) {}

  /// Both append the tokens of a text, or leave it to the stages one by one and give false (then
  /// nothing is appended): for instance where a token could stand in normalised text.
  [[nodiscard]] virtual bool encode_ids(const Input& input,
                                        std::vector<std::uint32_t>& ids) const = 0;
  [[nodiscard]] virtual bool encode_with_offsets(const Input& input, Tokens& tokens,
                                                 std::uint32_t& next_word) const = 0;

 protected:
  /// The text with a space before it, in a buffer of this thread.
  [[nodiscard]] static std::string_view with_space(std::string_view text);
};

/// The fast path of these stages, or nothing if there is none.
/// @param archive its tables are kept there, or come from there; may be null.
[[nodiscard]] std::unique_ptr<FastPath> make_fast_path(const Stages& stages,
                                                       TableArchive* archive = nullptr);

}  // namespace onnxformers::tokenizers
