#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// What a decoder gives out for tokens that come one by one, or all at once; it must be the same.
inline std::string decoded(const Decoder& decoder, const std::vector<std::string>& tokens,
                           bool one_by_one) {
  const std::unique_ptr<DecoderRun> run = decoder.start();
  TokenList part;
  TokenList out;
  for (const std::string& token : tokens) {
    part.add(token);
    if (one_by_one) {
      run->decode(part, false, out);
      part.clear();
    }
  }
  run->decode(part, true, out);
  return out.take_characters();
}

inline std::string decoded(const Decoder& decoder, const std::vector<std::string>& tokens) {
  const std::string text = decoded(decoder, tokens, false);
  return text == decoded(decoder, tokens, true) ? text : "different in parts: " + text;
}

}  // namespace onnxformers::tokenizers
