#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/added_vocabulary.h"
#include "tokenizers/models/model.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

class Tokenizer;

/// Buffers for encoding, kept by each thread from text to text.
struct Scratch {
  PreTokenizedText whole;  ///< what lies between added tokens
  PreTokenizedText part;   ///< what lies between added tokens of the normalised text
  std::vector<AddedMatch> original_matches;
  std::vector<AddedMatch> normalized_matches;
  std::vector<WordToken> word_tokens;
  Tokens first;
  Tokens second;

  /// Gives back what very long texts took.
  void shrink();
};

/// Encodes one text up to and including the model.
class TextEncoder {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  struct Options {
    bool with_offsets;
    bool split_special_tokens;  ///< special tokens in the text are text like any other
    std::size_t most;           ///< enough tokens: encoding may stop once it has as many
  };

  TextEncoder(const Tokenizer& tokenizer, Scratch& scratch, const Options& options)
      : tokenizer_(tokenizer),
        scratch_(scratch),
        with_offsets_(options.with_offsets),
        split_special_tokens_(options.split_special_tokens),
        most_(options.most) {}

  /// Appends the tokens of a text, whose words are counted from 0.
  void encode(std::string_view text, Tokens& tokens);

  /// Those of a text that is split already: each word for itself, as the word of its tokens.
  void encode_words(std::span<const std::string_view> words, Tokens& tokens);

 private:
  void start(Tokens& tokens);
  void append(std::string_view text);
  void encode_between(std::string_view text, std::uint32_t first_character);
  void encode_stages(std::string_view text, std::uint32_t first_character);
  void encode_part(PreTokenizedText& part);
  void encode_word(const PreTokenizedText& text, const Piece& piece);
  void add_token(const AddedToken& token, CharacterSpan span, std::string_view text);

  const Tokenizer& tokenizer_;
  Scratch& scratch_;
  bool with_offsets_;
  bool split_special_tokens_;
  std::size_t most_;
  std::size_t limit_ = kNoLimit;  // ids in tokens_ that are enough
  Tokens* tokens_ = nullptr;
  std::uint32_t next_word_ = 0;
};

}  // namespace onnxformers::tokenizers
