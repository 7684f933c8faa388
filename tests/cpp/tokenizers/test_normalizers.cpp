// Text and origins of every normalizer; tests/python/tokenizers/test_normalizers.py compares them
// with the reference.
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"
#include "check.h"
#include "parsed.h"
#include "tokenizers/normalizers/content.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/normalizers/replace.h"

using namespace onnxformers::tokenizers;
namespace utf8 = onnxformers::utf8;

namespace {

struct Span {
  std::uint32_t begin;
  std::uint32_t end;
  bool operator==(const Span&) const = default;
};

std::vector<Span> origins(const NormalizedText& text) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < text.text().size(); i += utf8::decode(text.text(), i).length) {
    spans.push_back({origin_begin(text.origin(i)), origin_end(text.origin(i))});
  }
  return spans;
}

/// Checks text and origins, and the text without origins.
void check(const std::string& json, std::string_view from, std::string_view to,
           const std::vector<Span>& spans) {
  const Parsed parsed(json);
  const auto normalizer = make_normalizer(parsed.field);
  NormalizedText text;
  text.reset(from, 0, true);
  normalizer->normalize(text);
  CHECK_EQUAL(text.text(), to);
  CHECK(origins(text) == spans);
  text.reset(from, 0, false);
  normalizer->normalize(text);
  CHECK_EQUAL(text.text(), to);
}

bool is_refused(const std::string& json) {
  const Parsed parsed(json);
  try {
    (void)make_normalizer(parsed.field);
  } catch (const onnxformers::Error&) {
    return true;
  }
  return false;
}

}  // namespace

TEST(forms) {
  check(R"({"type":"NFC"})", "plain", "plain", {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}});
  check(R"({"type":"NFC"})", "xe\u0323\u0301y", "x\u1EB9\u0301y", {{0, 1}, {1, 2}, {3, 4}, {4, 5}});
  check(R"({"type":"NFKC"})", "\uFB01\u0301x", "f\u00EDx", {{0, 1}, {1, 2}, {2, 3}});
  check(R"({"type":"NFD"})", "\uAC01x", "\u1100\u1161\u11A8x", {{0, 1}, {0, 1}, {0, 1}, {1, 2}});
  check(R"({"type":"NFKD"})", "\u00BD", "1\u20442", {{0, 1}, {0, 1}, {0, 1}});
  check(R"({"type":"NFC"})", "", "", {});
}

TEST(characters_one_by_one) {
  check(R"({"type":"Lowercase"})", "A\u0130B\u0416", "ai\u0307b\u0436",
        {{0, 1}, {1, 2}, {1, 2}, {2, 3}, {3, 4}});
  check(R"({"type":"StripAccents"})", "e\u0301\u00E9x", "e\u00E9x", {{0, 1}, {2, 3}, {3, 4}});
  check(R"({"type":"Nmt"})", "\x01q\t\u200Bz", "q  z", {{1, 2}, {2, 3}, {3, 4}, {4, 5}});
  check(R"({"type":"ByteLevel"})", "a \u00E9", "a\u0120\u00C3\u00A9",
        {{0, 1}, {1, 2}, {2, 3}, {2, 3}});
  check(R"({"type":"Strip","strip_left":true,"strip_right":true})", " \u3000x y ", "x y",
        {{2, 3}, {3, 4}, {4, 5}});
  check(R"({"type":"Prepend","prepend":"__"})", "\u00E9x", "__\u00E9x",
        {{0, 1}, {0, 1}, {0, 1}, {1, 2}});
}

TEST(replacing) {
  check(R"({"type":"Replace","pattern":{"String":"ab"},"content":"xyz"})", "cabc", "cxyzc",
        {{0, 1}, {2, 3}, {2, 3}, {2, 3}, {3, 4}});
  check(R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})", "a   b c", "a b c",
        {{0, 1}, {3, 4}, {4, 5}, {5, 6}, {6, 7}});
  check(R"({"type":"Replace","pattern":{"Regex":"^"},"content":"x"})", "ab", "xab",
        {{0, 0}, {0, 1}, {1, 2}});
  check(R"({"type":"Replace","pattern":{"String":"a"},"content":""})", "aba", "b", {{1, 2}});
}

TEST(contents_are_bounded) {
  CHECK(is_refused(R"({"type":"Prepend","prepend":")" + std::string(kMaxContent + 1, 'x') + "\"}"));
  const std::string content(kMaxContent, 'x');
  const Replace replace(Pattern("a", false), content);
  NormalizedText text;
  text.reset(std::string(kMaxNormalizedBytes / kMaxContent + 1, 'a'), 0, false);
  CHECK_ERROR(onnxformers::ErrorKind::InvalidArgument, "becomes longer than",
              replace.normalize(text));
}

TEST(charsmaps_that_do_not_fit_are_refused) {
  for (const auto* map : {"", "AA", "AAAAAA==", "BAAAAA==", "BAAAAP///3//", "*"}) {
    CHECK(
        is_refused(std::string(R"({"type":"Precompiled","precompiled_charsmap":")") + map + "\"}"));
  }
}
