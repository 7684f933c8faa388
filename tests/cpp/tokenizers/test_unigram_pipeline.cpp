#include <random>

#include "base/utf8.h"
#include "check.h"
#include "tokenizers/lone_characters.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

constexpr std::string_view kMetaspace = R"({"type": "Metaspace", "replacement": "▁"})";
constexpr std::string_view kFirst =
    R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"})";
constexpr std::string_view kNever =
    R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "never"})";

std::string after_whitespace_split(std::string_view metaspace) {
  return R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, )" +
         std::string(metaspace) + "]}";
}

std::string file(std::string_view normalizer, std::string_view pre_tokenizer,
                 std::string_view more = R"("unk_id": 0)") {
  return R"({"added_tokens": [{"id": 0, "content": "<u>", "special": true},
                              {"id": 1, "content": "<w>", "normalized": true}],
      "normalizer": )" +
         std::string(normalizer) + R"(, "pre_tokenizer": )" + std::string(pre_tokenizer) +
         R"(, "model": {"type": "Unigram", )" + std::string(more) + R"(, "vocab": [
      ["<u>", 0], ["<w>", 0], ["▁", -2.5], ["a", -3], ["▁a", -4], ["b", -3.5], ["ab", -5],
      ["▁ab", -6], ["ba", -5.5], ["aba", -7], ["▁b", -5], ["é", -6], ["▁é", -7], ["e", -4],
      ["中", -5], ["中文", -7], ["▁中", -6], ["'", -5], ["''", -6], ["\"", -5], [",", -4], ["_", -3],
      ["_a", -4], ["c", -5], ["▁abc", -8], ["한", -6], ["<0x78>", -9], ["x y", -9]]}})";
}

std::string random_text(std::mt19937& random) {
  // Letters of the vocabulary, what joins its neighbours or is normalised, and anything.
  static constexpr char32_t kPieces[] = {
      U'a',   U'b',   U'c',   U'A',    U'B',   U' ',    U' ',     U'\t',   U'\n',  U'\r',  U',',
      U'x',   U'y',   U'<',   U'\'',   U'`',   U'_',    0x01,     0x7F,    0xA0,   0xE9,   0xC9,
      0x130,  0x301,  0x323,  0x302E,  0x3A3,  0x4E2D,  0x6587,   0xF900,  0xAC00, 0xD55C, 0x1100,
      0x1161, 0x11A8, 0x3042, 0x304C,  0x3099, 0x3131,  0xFF41,   0xFF0C,  0x2028, 0x200B, 0x200D,
      0x85,   0xFFFD, 0xFEFF, 0x2026,  0xBD,   0x1F600, 0x1F3FB,  0x1F1E6, 0x600,  0x1208, 0x13A0,
      0x1680, 0x915,  0x94D,  0x20000, 0x2581, 0xFB01,  0x10FFFF, 0x0};
  std::string text;
  for (std::size_t length = random() % 24; length > 0; --length) {
    const auto kind = random() % 14;
    if (kind == 0) {
      static constexpr std::string_view kWords[] = {
          "<u>", "<w>", "ab", "aba abc ab",           "  ",
          "   ", "''",  "``", "abababababababababab", "\r\n"};
      text += kWords[random() % std::size(kWords)];
    } else if (kind == 1) {
      onnxformers::utf8::append(text, static_cast<char32_t>(random() % 0x110000));
    } else if (kind < 5) {
      text += std::string_view("ab  abc\n").substr(random() % 8, 1);
    } else {
      onnxformers::utf8::append(text, kPieces[random() % std::size(kPieces)]);
    }
  }
  return text;
}

void compare(const Encodings& fast, const Encodings& slow, const Encodings& ids_only,
             const std::string& text) {
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  bool equal = same(fast.ids(0), slow.ids(0)) && same(ids_only.ids(0), slow.ids(0)) &&
               same(fast.words(0), slow.words(0)) && fast.spans(0).size() == slow.spans(0).size();
  for (std::size_t i = 0; equal && i < slow.ids(0).size(); ++i) {
    equal = fast.spans(0)[i].begin == slow.spans(0)[i].begin &&
            fast.spans(0)[i].end == slow.spans(0)[i].end && fast.text(0, i) == slow.text(0, i);
  }
  if (!equal) {
    onnxformers::check::failed(__FILE__, __LINE__, "the single pass differs on: " + text);
  }
}

/// Words of up to 80 bytes from a few, so that most have been met before.
std::string text_of_known_words(std::mt19937& random) {
  static constexpr std::u32string_view kLetters =
      U"abcxy,'中文\uAC00\u3042é\U00020000\uFF58\u0301\u2026";
  static constexpr std::u32string_view kSpaces = U"    \n\t\u3000\u00A0\x01";
  std::string text;
  for (std::size_t words = random() % 6; words > 0; --words) {
    std::mt19937 word(random() % 200);
    // Few have what joins or becomes several.
    const std::size_t letters = word() % 4 == 0 ? kLetters.size() : kLetters.size() - 2;
    for (std::size_t length = word() % 3 == 0 ? word() % 28 : word() % 7; length > 0; --length) {
      onnxformers::utf8::append(text, kLetters[word() % letters]);
    }
    onnxformers::utf8::append(text, kSpaces[random() % kSpaces.size()]);
  }
  return text;
}

void compare_on_random_texts(const std::string& json, unsigned seed,
                             std::string (*make_text)(std::mt19937&) = random_text) {
  std::mt19937 random(seed);
  const auto fast = Tokenizer::from_json(json);
  const auto slow = std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(json));
  CHECK(fast->has_fast_path());
  slow->disable_fast_paths();
  EncodeOptions options;
  EncodeOptions with_offsets;
  with_offsets.with_offsets = true;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = make_text(random);
    const std::vector<std::string_view> texts{text};
    compare(fast->encode_batch(texts, {}, with_offsets),
            slow->encode_batch(texts, {}, with_offsets), fast->encode_batch(texts, {}, options),
            text);
  }
}

void compare_with_every_pre_tokenizer(std::string_view normalizer) {
  unsigned seed = 1;
  for (const std::string_view metaspace : {kMetaspace, kFirst, kNever}) {
    compare_on_random_texts(file(normalizer, metaspace), ++seed);
    compare_on_random_texts(file(normalizer, after_whitespace_split(metaspace)), ++seed);
  }
}

}  // namespace

TEST(the_single_pass_gives_what_the_stages_give) { compare_with_every_pre_tokenizer("null"); }

TEST(characters_are_normalised_where_they_stand) {
  compare_with_every_pre_tokenizer(R"({"type": "NFKC"})");
  compare_with_every_pre_tokenizer(R"({"type": "Sequence", "normalizers": [{"type": "Nmt"},
      {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]})");
}

TEST(quotes_are_replaced_and_spaces_merged) {
  constexpr std::string_view kQuotes = R"(
      {"type": "Replace", "pattern": {"String": "``"}, "content": "\""},
      {"type": "Replace", "pattern": {"String": "''"}, "content": "\""},)";
  constexpr std::string_view kMerge =
      R"({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})";
  constexpr std::string_view kMergeToSign =
      R"({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"})";
  const auto sequence = [](const std::string& steps) {
    return R"({"type": "Sequence", "normalizers": [)" + steps + "]}";
  };
  const std::string strip = R"({"type": "Strip", "strip_left": true, "strip_right": true},)";
  const std::string quotes(kQuotes);
  const std::string merge(kMerge);
  compare_with_every_pre_tokenizer(sequence(quotes + R"({"type": "NFKC"},)" + merge));
  compare_with_every_pre_tokenizer(sequence(strip + R"({"type": "NFKC"},)" + merge));
  compare_with_every_pre_tokenizer(sequence(R"({"type": "NFKC"},)" + strip + merge));
  compare_on_random_texts(
      file(sequence(R"({"type": "NFKC"}, )" + std::string(kMergeToSign)), kMetaspace), 30);
}

TEST(letters_become_spaces_and_unknown_letters) {
  unsigned seed = 60;
  for (const std::string_view content : {" ", "z", "▁", "\u3000"}) {
    const std::string replace = R"({"type": "Replace", "pattern": {"String": ","}, "content": ")" +
                                std::string(content) + "\"}";
    compare_with_every_pre_tokenizer(replace);
    for (const std::string& split : {std::string(kMetaspace), after_whitespace_split(kMetaspace)}) {
      compare_on_random_texts(file(replace, split), ++seed, text_of_known_words);
    }
  }
}

TEST(bytes_stand_in_for_unknown_characters_in_the_single_pass) {
  compare_on_random_texts(file("null", kMetaspace, R"("unk_id": 0, "byte_fallback": true)"), 20);
}

TEST(words_met_before_give_what_they_gave) {
  unsigned seed = 40;
  for (const std::string_view more : {R"("unk_id": 0)", R"("unk_id": 0, "byte_fallback": true)"}) {
    for (const std::string_view normalizer : {"null", R"({"type": "NFKC"})"}) {
      for (const std::string& split : {std::string(kMetaspace), after_whitespace_split(kMetaspace),
                                       after_whitespace_split(kFirst)}) {
        compare_on_random_texts(file(normalizer, split, more), ++seed, text_of_known_words);
      }
    }
  }
}

TEST(characters_stand_alone_that_neither_join_nor_compose) {
  CHECK(is_lone(U'a'));
  CHECK(is_lone(0x4E2D));
  CHECK(!is_lone(U'\r'));
  CHECK(!is_lone(0x301));
  CHECK(!is_lone(0x1161));
  CHECK(!is_lone(0x1F1E6));
  CHECK(!is_lone(0x10FFFF));
}
