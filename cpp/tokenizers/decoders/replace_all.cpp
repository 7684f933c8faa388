#include "tokenizers/decoders/replace_all.h"

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

std::string with_everywhere(std::string_view text, std::string_view to) {
  std::string out(to);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8::decode(text, i).length;
    out.append(text.substr(i, length)).append(to);
    i += length;
  }
  return out;
}

}  // namespace

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) {
    text = with_everywhere(text, to);
    return;
  }
  std::size_t found = text.find(from);
  if (found == std::string::npos) {
    return;
  }
  std::string out;
  std::size_t begin = 0;
  for (; found != std::string::npos; found = text.find(from, begin)) {
    out.append(text, begin, found - begin).append(to);
    begin = found + from.size();
  }
  out.append(text, begin);
  text = std::move(out);
}

}  // namespace onnxformers::tokenizers
