#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tokenizers/decoders/decoder.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::tokenizers {

/// Text of ids that come one after the other. What it gives out joined is what Tokenizer::decode()
/// makes of all ids at once; it never gives out a part of a character, nor anything that a later
/// token would change. An id costs the same however many came before. For one thread at a time.
class DecodeStream {
 public:
  /// @param clean_up takes out spaces before punctuation and in English contractions, as
  /// clean_up_tokenization() of Python transformers does.
  DecodeStream(std::shared_ptr<const Tokenizer> tokenizer, bool skip_special_tokens, bool clean_up);

  /// The text that has become certain; often empty.
  std::string add(std::span<const std::uint32_t> ids);

  /// What was held back. The stream is then as new.
  std::string finish();

 private:
  void restart();
  std::string decode(std::span<const std::uint32_t> ids, bool is_last);

  std::shared_ptr<const Tokenizer> tokenizer_;
  bool skip_special_tokens_;
  bool clean_up_;
  std::unique_ptr<DecoderRun> run_;
  std::unique_ptr<DecoderRun> cleanup_;  // null where there is none
  TokenList tokens_;
  TokenList decoded_;
};

}  // namespace onnxformers::tokenizers
