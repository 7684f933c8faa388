#include "tokenizers/decoders/ctc.h"

#include <string_view>

#include "tokenizers/decoders/cleanup.h"
#include "tokenizers/decoders/replace_all.h"

namespace onnxformers::tokenizers {

namespace {

class CtcRun final : public DecoderRun {
 public:
  CtcRun(std::string_view pad_token, std::string_view word_delimiter, bool cleanup)
      : pad_token_(pad_token), word_delimiter_(word_delimiter), cleanup_(cleanup) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      if (!is_first_ && token == previous_) {
        return;
      }
      is_first_ = false;
      previous_ = token;
      add(token, out);
    });
  }

 private:
  void add(std::string_view token, TokenList& out) {
    text_ = token;
    if (!pad_token_.empty()) {
      replace_all(text_, pad_token_, "");
    }
    if (cleanup_) {
      if (may_need_cleanup(text_, false)) {
        clean_up_spaces(text_);
      }
      replace_all(text_, word_delimiter_, " ");
    }
    if (!text_.empty()) {
      out.add(text_);
    }
  }

  std::string_view pad_token_;
  std::string_view word_delimiter_;
  bool cleanup_;
  bool is_first_ = true;
  std::string previous_;
  std::string text_;
  TokenGatherer gatherer_;
};

}  // namespace

std::unique_ptr<Decoder> CtcDecoder::from_json(const Field& field) {
  return std::make_unique<CtcDecoder>(field.string_or("pad_token", "<pad>"),
                                      field.string_or("word_delimiter_token", "|"),
                                      field.bool_or("cleanup", true));
}

std::unique_ptr<DecoderRun> CtcDecoder::start() const {
  return std::make_unique<CtcRun>(pad_token_, word_delimiter_, cleanup_);
}

}  // namespace onnxformers::tokenizers
