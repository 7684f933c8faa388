#include "tokenizers/decoders/wordpiece.h"

#include <array>
#include <string_view>

namespace onnxformers::tokenizers {

namespace {

struct Replacement {
  std::string_view from;
  std::string_view to;
};

// The reference's list, in its order.
constexpr auto kCleanup = std::to_array<Replacement>({
    {.from = " .", .to = "."},
    {.from = " ?", .to = "?"},
    {.from = " !", .to = "!"},
    {.from = " ,", .to = ","},
    {.from = " ' ", .to = "'"},
    {.from = " n't", .to = "n't"},
    {.from = " 'm", .to = "'m"},
    {.from = " do not", .to = " don't"},
    {.from = " 's", .to = "'s"},
    {.from = " 've", .to = "'ve"},
    {.from = " 're", .to = "'re"},
});

// Linear: what is kept moves once.
void replace_all(std::string& text, const Replacement& replacement) {
  std::size_t found = text.find(replacement.from);
  if (found == std::string::npos) {
    return;
  }
  std::string out;
  std::size_t begin = 0;
  for (; found != std::string::npos; found = text.find(replacement.from, begin)) {
    out.append(text, begin, found - begin).append(replacement.to);
    begin = found + replacement.from.size();
  }
  out.append(text, begin);
  text = std::move(out);
}

}  // namespace

void clean_up_spaces(std::string& text) {
  // Nothing to do without a space, which saves most of the searches.
  if (text.find(' ') == std::string::npos) {
    return;
  }
  for (const Replacement& replacement : kCleanup) {
    replace_all(text, replacement);
  }
}

std::unique_ptr<Decoder> WordPieceDecoder::from_json(const Field& field) {
  return std::make_unique<WordPieceDecoder>(field.string_or("prefix", "##"),
                                            field.bool_or("cleanup", true));
}

void WordPieceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string& token = tokens[i];
    if (i > 0) {
      if (token.starts_with(prefix_)) {
        token.erase(0, prefix_.size());
      } else {
        token.insert(0, 1, ' ');
      }
    }
    if (cleanup_) {
      clean_up_spaces(token);
    }
  }
}

}  // namespace onnxformers::tokenizers
