#include "tokenizers/decoders/bpe.h"

#include <algorithm>
#include <string_view>

#include "tokenizers/decoders/replace_all.h"

namespace onnxformers::tokenizers {

namespace {

class BpeRun final : public DecoderRun {
 public:
  explicit BpeRun(std::string_view suffix) : suffix_(suffix) {}

  void decode(const TokenList& part, bool is_last, TokenList& out) override {
    gatherer_.for_each(part, [&](std::string_view token) {
      give_out(" ", out);
      // What stands before the suffix is certain; the rest is not, until it is known whether
      // another token follows.
      const std::size_t found = std::min(token.find(suffix_), token.size());
      out.append(token.substr(0, found));
      held_ = token.substr(found);
      in_token_ = true;
    });
    if (is_last) {
      give_out("", out);
    }
  }

 private:
  void give_out(std::string_view in_place_of_suffix, TokenList& out) {
    if (!in_token_) {
      return;
    }
    if (!held_.empty() || suffix_.empty()) {
      replace_all(held_, suffix_, in_place_of_suffix);
      out.append(held_);
    }
    out.end_token();
    in_token_ = false;
  }

  std::string_view suffix_;
  bool in_token_ = false;
  std::string held_;  // from the first suffix of the token before
  TokenGatherer gatherer_;
};

}  // namespace

std::unique_ptr<Decoder> BpeDecoder::from_json(const Field& field) {
  return std::make_unique<BpeDecoder>(field.string_or("suffix", "</w>"));
}

std::unique_ptr<DecoderRun> BpeDecoder::start() const { return std::make_unique<BpeRun>(suffix_); }

}  // namespace onnxformers::tokenizers
