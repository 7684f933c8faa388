#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "tokenizers/added_vocabulary.h"
#include "tokenizers/decoders/decoder.h"
#include "tokenizers/encodings.h"
#include "tokenizers/fast_path.h"
#include "tokenizers/models/model.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/post_processors/post_processor.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/text_batch.h"
#include "tokenizers/truncation.h"

namespace onnxformers::tokenizers {

struct EncodeOptions {
  bool add_special_tokens = true;
  bool split_special_tokens = false;  ///< special tokens in a text are text like any other
  Truncation truncation;
  bool return_overflowing = false;
  bool with_offsets = false;
  unsigned threads = 1;
};

/// What tokenizer.json says about padding; it is not applied by itself.
struct FilePadding {
  std::uint32_t pad_id = 0;
  std::uint32_t pad_type_id = 0;
  std::string pad_token;
};

struct Scratch;

/// A whole tokenizer.json. Immutable once made: one serves many threads, without locks; what a call
/// needs it keeps in buffers of its thread.
///
/// The way of a text: added tokens that are taken as they are, normalizer, added tokens in
/// normalised text, pre-tokenizer, model, truncation, post-processor. The "truncation" and
/// "padding" of the file are checked but not applied, as with the fast tokenizers of Python
/// transformers.
///
/// Source: Hugging Face tokenizers 0.23.
class Tokenizer {
 public:
  /// Fails with ErrorKind::FileFormat; the message names the field.
  /// @param compiled receives the content of a file for from_compiled(); may be null.
  static std::shared_ptr<const Tokenizer> from_json(std::string data,
                                                    std::string* compiled = nullptr);

  /// The same tokenizer from a compiled file, whose tables are used where they lie. Fails with
  /// ErrorKind::FileFormat for a file of another version, or a damaged one.
  /// @param rest receives tokenizer.json without the tables of the model; may be null.
  static std::shared_ptr<const Tokenizer> from_compiled(std::shared_ptr<const MappedFile> file,
                                                        std::string* rest = nullptr);

  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  ~Tokenizer();

  /// Another tokenizer that has these added tokens too; it shares what does not change. A token of
  /// the vocabulary keeps its id, one of the added tokens too but takes the new flags, another gets
  /// the next id; the ids given are not looked at.
  /// Time linear in the added tokens, old and new.
  [[nodiscard]] std::shared_ptr<const Tokenizer> with_added_tokens(
      std::span<const AddedToken> tokens) const;

  /// Another tokenizer with this post-processor, a section of tokenizer.json, in place of its own;
  /// it shares what does not change. Fails with ErrorKind::FileFormat.
  [[nodiscard]] std::shared_ptr<const Tokenizer> with_post_processor(std::string data) const;

  /// @param texts well-formed UTF-8. Of a text that is split into words each word is encoded for
  ///     itself: its offsets count from the beginning of the word, its tokens belong to that word.
  /// @param pairs as many as texts, or none. An empty second text still makes a pair.
  /// Fails with ErrorKind::InvalidArgument for options that cannot be met.
  [[nodiscard]] Encodings encode_batch(const TextBatch& texts, const TextBatch& pairs,
                                       const EncodeOptions& options) const;

  /// The tokens of one text alone, without special tokens around it: the quick way for short texts.
  /// plan(false, ...) tells what stands around them. @param ids are replaced.
  void encode_text(std::string_view text, bool split_special_tokens,
                   std::vector<std::uint32_t>& ids) const;

  /// The text of tokens, which need not be of the vocabulary.
  [[nodiscard]] std::string decode_tokens(std::span<const std::string_view> texts) const;

  /// Ids that no token has are left out, as in the reference. O(n) in ids and text.
  [[nodiscard]] std::string decode(std::span<const std::uint32_t> ids,
                                   bool skip_special_tokens) const;
  [[nodiscard]] std::vector<std::string> decode_batch(
      std::span<const std::span<const std::uint32_t>> rows, bool skip_special_tokens,
      unsigned threads) const;

  /// The tokens that decode() hands to decoder().
  void append_tokens(std::span<const std::uint32_t> ids, bool skip_special_tokens,
                     TokenList& tokens) const;
  [[nodiscard]] const Decoder& decoder() const noexcept { return *decoder_; }

  /// Highest id + 1, added tokens included.
  [[nodiscard]] std::uint32_t vocab_size() const noexcept { return vocab_size_; }
  [[nodiscard]] std::optional<std::uint32_t> token_to_id(std::string_view token) const;
  [[nodiscard]] std::optional<std::string_view> id_to_token(std::uint32_t id) const;
  [[nodiscard]] std::size_t num_special_tokens(bool is_pair) const noexcept;

  /// What the post-processor puts around one text or two.
  [[nodiscard]] const PostPlan& plan(bool is_pair, bool add_special_tokens) const noexcept {
    return plans_[is_pair ? 1 : 0][add_special_tokens ? 1 : 0];
  }
  [[nodiscard]] const AddedVocabulary& added_vocabulary() const noexcept { return *added_; }
  [[nodiscard]] const Model& model() const noexcept { return *model_; }

  /// Stage of tokenizer.json → type of its component; no type where there is no component.
  [[nodiscard]] const std::map<std::string, std::optional<std::string>>& components()
      const noexcept {
    return components_;
  }
  [[nodiscard]] const std::optional<FilePadding>& file_padding() const noexcept {
    return file_padding_;
  }

  /// Every stage for itself from now on. For tests that compare a fast path with them.
  void disable_fast_paths() noexcept { fast_path_.reset(); }
  [[nodiscard]] bool has_fast_path() const noexcept { return fast_path_ != nullptr; }

 private:
  Tokenizer() = default;
  [[nodiscard]] std::shared_ptr<Tokenizer> share() const;
  void set_added_tokens(std::vector<AddedToken> tokens, TableArchive* archive = nullptr);
  void set_token_spaces();
  [[nodiscard]] static std::shared_ptr<const Tokenizer> read(const Field& root,
                                                             TableArchive* archive);
  void read_components(const Field& root, TableArchive* archive);
  void make_plans(const PostProcessor* post_processor);
  void make_token_kinds();

  void encode_range(const TextBatch& texts, const TextBatch& pairs, const EncodeOptions& options,
                    Encodings& out) const;
  void encode_one(const TextBatch& texts, const TextBatch& pairs, const EncodeOptions& options,
                  std::size_t index, Encodings& out) const;

  friend class TextEncoder;

  // Shared with the tokenizers that are made from this one.
  std::shared_ptr<const Normalizer> normalizer_;
  std::shared_ptr<const AddedVocabulary> added_;
  std::shared_ptr<const PreTokenizer> pre_tokenizer_;
  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Decoder> decoder_;
  std::shared_ptr<const FastPath> fast_path_;
  std::shared_ptr<const TokenSpaces> token_spaces_;
  std::array<std::array<PostPlan, 2>, 2> plans_;  // by is_pair and add_special_tokens
  std::map<std::string, std::optional<std::string>> components_;
  std::optional<FilePadding> file_padding_;
  std::uint32_t vocab_size_ = 0;

  static constexpr std::uint8_t kModelToken = 0;  ///< or a gap
  static constexpr std::uint8_t kAddedToken = 1;
  static constexpr std::uint8_t kSpecialToken = 2;
  std::vector<std::uint8_t> kinds_;  // by id, which spares decoding a search for every token
};

}  // namespace onnxformers::tokenizers
