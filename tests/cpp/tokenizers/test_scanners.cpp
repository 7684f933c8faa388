#include <array>
#include <random>
#include <string>

#include "base/regex.h"
#include "check.h"
#include "tokenizers/byte_level_file.h"
#include "tokenizers/scanners/ascii_pieces.h"
#include "tokenizers/scanners/known_patterns.h"
#include "tokenizers/scanners/scanner.h"

using namespace onnxformers::tokenizers;

namespace {

constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kO200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kClip = R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

/// Matches with a bar behind each; what lies between stands in brackets.
std::string split(const scanners::Scanner& scanner, std::string_view text) {
  std::string joined;
  for (std::size_t i = 0; i < text.size();) {
    const scanners::Found found = scanner.next(text, i);
    const std::string part(text.substr(i, found.end - i));
    joined += found.is_match ? part + "|" : "[" + part + "]";
    i = found.end;
  }
  return joined;
}

std::string split(const char* pattern, std::string_view text) {
  const scanners::Scanner* scanner = scanners::find(pattern);
  CHECK(scanner != nullptr);
  return split(*scanner, text);
}

}  // namespace

TEST(only_patterns_that_are_known_have_a_scanner) {
  CHECK(scanners::find(R"(\s+)") == nullptr);
  CHECK(scanners::find("") == nullptr);
}

TEST(gpt2) {
  const scanners::Scanner& gpt2 = scanners::gpt2();
  CHECK_EQUAL(split(gpt2, "It's 12 o'clock,  isn't IT'S?!\n\n x"),
              "It|'s| 12| o|'|clock|,| | isn|'t| IT|'|S|?!|\n\n| x|");
  CHECK_EQUAL(split(gpt2, "a  \t"), "a|  \t|");
  CHECK_EQUAL(split(gpt2, "we'll've'"), "we|'ll|'ve|'|");
  CHECK_EQUAL(split(gpt2, "\xE4\xB8\xAD\xE6\x96\x87\xE3\x80\x82 \xC2\xB2"),
              "\xE4\xB8\xAD\xE6\x96\x87|\xE3\x80\x82| \xC2\xB2|");
}

TEST(llama3) {
  CHECK_EQUAL(split(kLlama3, "It'S 12345 \"quoted\"\r\n\r\n  x\ty"),
              "It|'S| |123|45| \"|quoted|\"\r\n\r\n| | x|\ty|");
  CHECK_EQUAL(split(kLlama3, "a \n \n  b"), "a| \n \n| | b|");
  // The long s is an s in either case.
  CHECK_EQUAL(split(kLlama3, "x'\xC5\xBFy"), "x|'\xC5\xBF|y|");
}

TEST(qwen2_takes_digits_one_by_one) { CHECK_EQUAL(split(kQwen2, "x12 3"), "x|1|2| |3|"); }

TEST(o200k_splits_where_small_letters_end) {
  CHECK_EQUAL(split(kO200k, "HTMLParser isn't ABC //x\n/"), "HTMLParser| isn't| ABC| //|x|\n|/|");
  CHECK_EQUAL(split(kO200k,
                    "camelCase ABC\xE4\xB8\xAD"
                    "D"),
              "camel|Case| ABC\xE4\xB8\xAD|D|");
  // A mark before capitals is a word of its own.
  CHECK_EQUAL(split(kO200k,
                    "\xCC\x81"
                    "AB"),
              "\xCC\x81|AB|");
}

TEST(clip_leaves_spaces_out) {
  CHECK_EQUAL(split(kClip, "a  photo's 12!"), "a|[  ]photo|'s|[ ]1|2|!|");
}

TEST(a_scanner_finds_what_its_regular_expression_does) {
  std::mt19937 random(1);
  scanners::for_each_known_pattern([&](const auto& known) {
    const onnxformers::Regex regex(known.source);
    const scanners::Scanner& scanner = *scanners::find(known.source);
    std::vector<onnxformers::Regex::Match> matches;
    for (int i = 0; i < 300; ++i) {
      const std::string text = random_byte_level_text(random);
      matches.clear();
      regex.find_all(text, matches);
      std::string joined;
      std::size_t end = 0;
      for (const auto& match : matches) {
        joined += match.begin > end ? "[" + text.substr(end, match.begin - end) + "]" : "";
        joined += text.substr(match.begin, match.end - match.begin) + "|";
        end = match.end;
      }
      joined += end < text.size() ? "[" + text.substr(end) + "]" : "";
      CHECK_EQUAL(split(scanner, text), joined);
    }
  });
}

namespace {

/// Text of what patterns tell apart, with now and then a character that is not ASCII.
std::string random_window_text(std::mt19937& random) {
  constexpr std::string_view kOften = "aabeorstTASLLdmvV'''  \t\n\n\r//.,;(x\"-1234567890";
  std::string text;
  while (text.size() < 200) {
    switch (random() % 12) {
      case 0:
        text.append(random() % 9, kOften[random() % kOften.size()]);
        break;
      case 1:
        text += static_cast<char>(random() % 128);
        break;
      case 2:
        text += std::array{"'s", "'LL", "n't", "\n  ", " \n", "  ", "\xC3\xA9"}[random() % 7];
        break;
      default:
        text += kOften[random() % kOften.size()];
    }
  }
  return text;
}

template <typename Pattern>
void check_windows(std::mt19937& random) {
  using scanners::AsciiWindow;
  std::size_t decided = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_window_text(random);
    const scanners::Runs runs(scanners::CharacterClasses::get(), text);
    using Pieces = scanners::AsciiPieces<Pattern>;
    const auto window = AsciiWindow::read<Pieces::kRare>(text, 0);
    if (window.size() == 0) {
      continue;
    }
    std::size_t at = 0;
    scanners::for_each_bit(Pieces::begins(window) & ~scanners::Bits{1}, [&](std::size_t end) {
      CHECK_EQUAL(Pattern::next(runs, at).end, end);
      at = end;
      ++decided;
    });
  }
  CHECK(decided > 200'000 || !AsciiWindow::kIsThere);
}

}  // namespace

TEST(windows_of_ascii_begin_the_same_pieces) {
  std::mt19937 random(5);
  check_windows<scanners::Gpt2Pattern>(random);
  check_windows<scanners::DigitsGpt2Pattern>(random);
  check_windows<scanners::Cl100kPattern<3>>(random);
  check_windows<scanners::Cl100kPattern<1>>(random);
  check_windows<scanners::Cl100kPattern<1, true>>(random);
  check_windows<scanners::O200kPattern<3, true>>(random);
  check_windows<scanners::O200kPattern<1, false>>(random);
  check_windows<scanners::DeepSeekPattern>(random);
}
