#include "tokenizers/decoders/metaspace.h"

#include <string_view>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

class MetaspaceRun final : public DecoderRun {
 public:
  MetaspaceRun(std::string_view replacement, bool drops_first)
      : replacement_(replacement), drops_(drops_first) {}

  void decode(const TokenList& part, bool /*is_last*/, TokenList& out) override {
    for (std::size_t i = 0; i < part.size(); ++i) {
      append(part.token(i), out);
      out.end_token();
      drops_ = false;
    }
    append(part.rest(), out);
  }

 private:
  void append(std::string_view piece, TokenList& out) const {
    std::size_t begin = 0;
    for (std::size_t found = piece.find(replacement_); found != std::string_view::npos;
         found = piece.find(replacement_, begin)) {
      out.append(piece.substr(begin, found - begin));
      if (!drops_) {
        out.append(' ');
      }
      begin = found + replacement_.size();
    }
    out.append(piece.substr(begin));
  }

  std::string_view replacement_;
  bool drops_;  // while in the first token
};

bool reads_never(const Field& field) {
  const auto scheme = field.find("prepend_scheme");
  const std::string_view name = scheme ? scheme->as_string() : "always";
  if (name != "always" && name != "first" && name != "never") {
    scheme->fail(R"(expected "always", "first" or "never", got ")" + shortened(name) + "\"");
  }
  // What files had before there was a scheme.
  if (field.bool_or("add_prefix_space", true) || name == "never") {
    return name == "never";
  }
  if (scheme) {
    field.fail("add_prefix_space is false, but prepend_scheme is \"" + std::string(name) + "\"");
  }
  return true;
}

}  // namespace

std::unique_ptr<Decoder> MetaspaceDecoder::from_json(const Field& field) {
  const Field replacement = field.member("replacement");
  if (utf8::count(replacement.as_string()) != 1) {
    replacement.fail("expected one character, got \"" + shortened(replacement.as_string()) + "\"");
  }
  return std::make_unique<MetaspaceDecoder>(std::string(replacement.as_string()),
                                            !reads_never(field));
}

std::unique_ptr<DecoderRun> MetaspaceDecoder::start() const {
  return std::make_unique<MetaspaceRun>(replacement_, drops_first_);
}

}  // namespace onnxformers::tokenizers
