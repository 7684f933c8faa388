#include "generation/stopping/stop_strings.h"

#include <algorithm>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

/// Whether `string` stands in `tail` so that it reaches into the last `size` bytes.
bool reaches_into(const std::string& tail, std::size_t size, const std::string& string) {
  const std::size_t before = tail.size() - size;
  const std::size_t from = before < string.size() ? 0 : before - string.size() + 1;
  return tail.find(string, from) != std::string::npos;
}

}  // namespace

StopStrings::StopStrings(std::vector<std::string> strings, const TokenText& text)
    : strings_(std::move(strings)), text_(text) {
  if (strings_.empty() || std::ranges::any_of(strings_, &std::string::empty)) {
    fail(ErrorKind::InvalidArgument, "generate",
         "stop_strings must be one or more texts, none of them empty");
  }
  longest_ = std::ranges::max(strings_, {}, &std::string::size).size();
}

void StopStrings::check(const Sequences& sequences, const Logits& /*scores*/,
                        std::span<char> done) const {
  for (std::size_t i = 0; i < sequences.rows(); ++i) {
    if (done[i] == 0 && ends(sequences.row(i))) {
      done[i] = 1;
    }
  }
}

bool StopStrings::ends(std::span<const Token> tokens) const {
  const std::size_t last = text_.bytes(tokens.back()).size();
  if (last == 0) {
    return false;
  }
  // Only as much as a stop string that ends in the last token can cover.
  std::size_t first = tokens.size() - 1;
  for (std::size_t size = last; first > 0 && size < longest_ - 1 + last; --first) {
    size += text_.bytes(tokens[first - 1]).size();
  }
  std::string tail;
  for (const Token token : tokens.subspan(first)) {
    tail += text_.bytes(token);
  }
  return std::ranges::any_of(
      strings_, [&](const std::string& string) { return reaches_into(tail, last, string); });
}

}  // namespace onnxformers::generation
