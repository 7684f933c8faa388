// Any bytes are a pattern up to the first zero byte, and a text after it. The pattern is refused
// with ErrorKind::FileFormat, or its matches lie in order, at the ends of characters, and the
// search ends within its budget.
#include "base/regex.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"

namespace {

using onnxformers::Error;
using onnxformers::ErrorKind;
using onnxformers::Regex;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

bool ends_character(std::string_view text, std::size_t place) {
  return place == text.size() || (static_cast<unsigned char>(text[place]) & 0xC0U) != 0x80U;
}

void check(const std::vector<Regex::Match>& matches, std::string_view text) {
  std::size_t last = 0;
  for (const Regex::Match& match : matches) {
    require(last <= match.begin && match.begin <= match.end && match.end <= text.size());
    require(ends_character(text, match.begin) && ends_character(text, match.end));
    last = match.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), size);
  const std::string_view text = input.substr(std::min(end + 1, size));
  if (!onnxformers::utf8::is_valid(text)) {
    return 0;
  }
  ErrorKind expected = ErrorKind::FileFormat;
  try {
    const Regex regex(input.substr(0, end));
    expected = ErrorKind::InvalidArgument;
    std::vector<Regex::Match> matches;
    regex.find_all(text, matches);
    check(matches, text);
  } catch (const Error& e) {
    require(e.kind() == expected);
  }
  return 0;
}
