#include "tokenizers/decoders/wordpiece.h"

#include <string_view>

#include "tokenizers/decoders/cleanup.h"

namespace onnxformers::tokenizers {

namespace {

class WordPieceRun final : public DecoderRun {
 public:
  WordPieceRun(std::string_view prefix, bool cleanup) : prefix_(prefix), cleanup_(cleanup) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      const bool joined = is_first_ || token.starts_with(prefix_);
      if (!is_first_ && joined) {
        token.remove_prefix(prefix_.size());
      }
      is_first_ = false;
      if (cleanup_ && may_need_cleanup(token, !joined)) {
        add_cleaned(token, joined, out);
        return;
      }
      if (!joined) {
        out.append(' ');
      }
      out.add(token);
    });
  }

 private:
  void add_cleaned(std::string_view token, bool joined, TokenList& out) {
    cleaned_.assign(joined ? "" : " ").append(token);
    clean_up_spaces(cleaned_);
    out.add(cleaned_);
  }

  std::string_view prefix_;
  bool cleanup_;
  bool is_first_ = true;
  TokenGatherer gatherer_;
  std::string cleaned_;
};

}  // namespace

std::unique_ptr<Decoder> WordPieceDecoder::from_json(const Field& field) {
  return std::make_unique<WordPieceDecoder>(field.string_or("prefix", "##"),
                                            field.bool_or("cleanup", true));
}

std::unique_ptr<DecoderRun> WordPieceDecoder::start() const {
  return std::make_unique<WordPieceRun>(prefix_, cleanup_);
}

}  // namespace onnxformers::tokenizers
