#include <random>

#include "base/utf8.h"
#include "check.h"
#include "tokenizers/bert_pipeline.h"
#include "tokenizers/small_file.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

std::string random_text(std::mt19937& random) {
  // Letters of the vocabulary, what the stages treat in a way of their own, and anything.
  static constexpr char32_t kPieces[] = {
      U'a',    U'b',    U'c',   U'A',   U'B',   U' ',    U'\t',   U',',    U'.',    U'[',
      U'<',    0x01,    0x7F,   0xA0,   0xE9,   0xC9,    0x130,   0x301,   0x323,   0x302E,
      0x344,   0x3A3,   0x3C2,  0x4E2D, 0x3400, 0xF900,  0xFA2D,  0xAC00,  0xD55C,  0x1100,
      0x3042,  0x304C,  0x3099, 0x2028, 0x200D, 0x20AC,  0xFFFD,  0x1D15E, 0x1D165, 0x1F600,
      0x2F800, 0x20000, 0x212A, 0x226E, 0x3002, 0xE0001, 0x10FFFF};
  std::string text;
  for (std::size_t length = random() % 24; length > 0; --length) {
    const auto kind = random() % 12;
    if (kind == 0) {
      static constexpr std::string_view kWords[] = {
          "[CLS]", "[SEP]", "hello", "unaffable", "<u>", "<U>", "world", "abababababababababab"};
      text += kWords[random() % std::size(kWords)];
    } else if (kind == 1) {
      onnxformers::utf8::append(text, static_cast<char32_t>(random() % 0x110000));
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
  const auto same_span = [](const CharacterSpan& a, const CharacterSpan& b) {
    return a.begin == b.begin && a.end == b.end;
  };
  const auto fast_spans = fast.spans(0);
  const auto slow_spans = slow.spans(0);
  if (!same(fast.ids(0), slow.ids(0)) || !same(ids_only.ids(0), slow.ids(0)) ||
      !same(fast.words(0), slow.words(0)) ||
      !std::equal(fast_spans.begin(), fast_spans.end(), slow_spans.begin(), slow_spans.end(),
                  same_span)) {
    onnxformers::check::failed(__FILE__, __LINE__, "the single pass differs on: " + text);
  }
}

void compare_on_random_texts(const SmallFile& file, unsigned seed) {
  std::mt19937 random(seed);
  const auto fast = Tokenizer::from_json(file.json());
  const auto slow = std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(file.json()));
  slow->disable_fast_paths();
  EncodeOptions options;
  options.with_offsets = true;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = random_text(random);
    const std::vector<std::string_view> texts = {text};
    compare(fast->encode_batch(texts, {}, options), slow->encode_batch(texts, {}, options),
            fast->encode_batch(texts, {}, {}), text);
  }
}

}  // namespace

TEST(the_single_pass_agrees_with_the_stages) { compare_on_random_texts(SmallFile(), 1); }

TEST(it_agrees_whatever_the_options_of_the_normalizer) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    SmallFile file;
    const auto option = [&](unsigned bit) { return (bits >> bit & 1U) != 0 ? "true" : "false"; };
    file.normalizer = std::string(R"({"type": "BertNormalizer", "clean_text": )") + option(0) +
                      R"(, "handle_chinese_chars": )" + option(1) + R"(, "strip_accents": )" +
                      option(2) + R"(, "lowercase": )" + option(3) + "}";
    compare_on_random_texts(file, 2 + bits);
  }
}

TEST(it_agrees_where_tokens_stand_in_normalized_text) {
  SmallFile file;
  file.added_tokens = R"([{"id": 1, "content": "[CLS]", "special": true, "lstrip": true},
      {"id": 30, "content": "<U>", "normalized": true}, {"id": 31, "content": "b", "normalized": true,
       "single_word": true}])";
  compare_on_random_texts(file, 40);
  file.added_tokens = R"([{"id": 30, "content": " a", "normalized": true},
      {"id": 31, "content": "\u4e2d", "normalized": true}])";
  compare_on_random_texts(file, 41);
}

TEST(it_stops_once_there_are_enough_tokens) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  EncodeOptions options;
  options.truncation = {TruncationStrategy::LongestFirst, 4, 0, Side::Right};
  const std::vector<std::string_view> texts = {"a a a", "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD",
                                               "a a"};
  const Encodings rows = tokenizer->encode_batch(texts, {}, options);
  CHECK_EQUAL(rows.length(0), std::size_t{4});
  CHECK_EQUAL(rows.length(1), std::size_t{4});
  CHECK(rows.truncated(0) && rows.truncated(1) && !rows.truncated(2));
}
