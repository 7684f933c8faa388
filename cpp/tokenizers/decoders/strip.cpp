#include "tokenizers/decoders/strip.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

class StripRun final : public DecoderRun {
 public:
  StripRun(std::string_view content, std::size_t start, std::size_t stop)
      : content_(content), start_(start), stop_(stop), to_take_(start) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    for (std::size_t i = 0; i < part.size(); ++i) {
      append(part.token(i), out);
      out.end_token();
      to_take_ = start_;
      held_ = 0;
    }
    append(part.rest(), out);
  }

 private:
  void append(std::string_view piece, TokenList& out) {
    while (to_take_ > 0 && piece.starts_with(content_)) {
      piece.remove_prefix(content_.size());
      --to_take_;
    }
    if (piece.empty()) {
      return;
    }
    to_take_ = 0;
    std::size_t end = piece.size();
    std::size_t trailing = 0;
    while (trailing < stop_ && piece.substr(0, end).ends_with(content_)) {
      end -= content_.size();
      ++trailing;
    }
    // Only those at the very end of the token may stay held.
    const std::size_t held = end == 0 ? std::min(held_ + trailing, stop_) : trailing;
    give_out_held(held_ + trailing - held, out);
    out.append(piece.substr(0, end));
    held_ = held;
  }

  void give_out_held(std::size_t count, TokenList& out) {
    for (; count > 0; --count) {
      out.append(content_);
    }
  }

  std::string_view content_;
  std::size_t start_;
  std::size_t stop_;
  std::size_t to_take_;   // at the start of the token under way
  std::size_t held_ = 0;  // times the character came last, which may be the end of the token
};

}  // namespace

std::unique_ptr<Decoder> StripDecoder::from_json(const Field& field) {
  const Field content = field.member("content");
  if (utf8::count(content.as_string()) != 1) {
    content.fail("expected one character, got \"" + shortened(content.as_string()) + "\"");
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto times = [&](const char* name) {
    return static_cast<std::size_t>(field.member(name).as_integer(0, kMost));
  };
  return std::make_unique<StripDecoder>(std::string(content.as_string()), times("start"),
                                        times("stop"));
}

std::unique_ptr<DecoderRun> StripDecoder::start() const {
  return std::make_unique<StripRun>(content_, start_, stop_);
}

}  // namespace onnxformers::tokenizers
