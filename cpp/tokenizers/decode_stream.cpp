#include "tokenizers/decode_stream.h"

#include <array>
#include <utility>
#include <vector>

#include "tokenizers/decoders/fuse.h"
#include "tokenizers/decoders/replace.h"
#include "tokenizers/decoders/sequence.h"

namespace onnxformers::tokenizers {

namespace {

using Replacement = std::pair<const char*, const char*>;

// In this order; each works on what the one before left.
constexpr std::array<Replacement, 10> kCleanup = {{
    {" .", "."},
    {" ?", "?"},
    {" !", "!"},
    {" ,", ","},
    {" ' ", "'"},
    {" n't", "n't"},
    {" 'm", "'m"},
    {" 's", "'s"},
    {" 've", "'ve"},
    {" 're", "'re"},
}};

const Decoder& cleanup() {
  static const DecoderSequence kSequence([] {
    std::vector<std::unique_ptr<Decoder>> steps;
    steps.push_back(std::make_unique<FuseDecoder>());
    for (const auto& [from, to] : kCleanup) {
      steps.push_back(std::make_unique<ReplaceDecoder>(Pattern(from, false), to));
    }
    return steps;
  }());
  return kSequence;
}

}  // namespace

DecodeStream::DecodeStream(std::shared_ptr<const Tokenizer> tokenizer, bool skip_special_tokens,
                           bool clean_up)
    : tokenizer_(std::move(tokenizer)),
      skip_special_tokens_(skip_special_tokens),
      clean_up_(clean_up) {
  restart();
}

void DecodeStream::restart() {
  run_ = tokenizer_->decoder().start();
  cleanup_ = clean_up_ ? cleanup().start() : nullptr;
}

std::string DecodeStream::add(std::span<const std::uint32_t> ids) { return decode(ids, false); }

std::string DecodeStream::finish() {
  std::string text = decode({}, true);
  restart();
  return text;
}

std::string DecodeStream::decode(std::span<const std::uint32_t> ids, bool is_last) {
  tokens_.clear();
  tokenizer_->append_tokens(ids, skip_special_tokens_, tokens_);
  decoded_.clear();
  run_->decode(tokens_, is_last, decoded_);
  if (cleanup_ == nullptr) {
    return decoded_.take_characters();
  }
  tokens_.clear();
  cleanup_->decode(decoded_, is_last, tokens_);
  return tokens_.take_characters();
}

}  // namespace onnxformers::tokenizers
