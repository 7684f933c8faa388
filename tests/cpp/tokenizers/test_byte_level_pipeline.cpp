#include <algorithm>

#include "base/utf8.h"
#include "check.h"
#include "tokenizers/byte_level_file.h"
#include "tokenizers/placed_token.h"
#include "tokenizers/scanners/known_patterns.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers;
using namespace onnxformers::tokenizers;

namespace {

struct Both {
  explicit Both(const ByteLevelFile& file)
      : fast(Tokenizer::from_json(file.json())),
        slow(std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(file.json()))) {
    slow->disable_fast_paths();
  }

  void compare(const std::string& text) const {
    const std::vector<std::string_view> texts = {text};
    EncodeOptions options;
    const Encodings ids_only = fast->encode_batch(texts, {}, options);
    options.with_offsets = true;
    const Encodings quick = fast->encode_batch(texts, {}, options);
    const Encodings plain = slow->encode_batch(texts, {}, options);
    const auto same_span = [](const CharacterSpan& a, const CharacterSpan& b) {
      return a.begin == b.begin && a.end == b.end;
    };
    if (!std::ranges::equal(quick.ids(0), plain.ids(0)) ||
        !std::ranges::equal(ids_only.ids(0), plain.ids(0)) ||
        !std::ranges::equal(quick.words(0), plain.words(0)) ||
        !std::ranges::equal(quick.spans(0), plain.spans(0), same_span)) {
      onnxformers::check::failed(__FILE__, __LINE__, "the single pass differs on: " + text);
    }
  }

  std::shared_ptr<const Tokenizer> fast;
  std::shared_ptr<Tokenizer> slow;
};

/// Marks that compose, come in order or do not; letters that NFC takes apart, or replaces; jamo.
void compare_on_marks(const ByteLevelFile& file, unsigned seed) {
  static constexpr char32_t kCharacters[] = {
      U' ',   U'e',   U's',   U'\'',  U'1',   0x300,  0x301,   0x323,  0x327,
      0x344,  0x653,  0x627,  0x5D1,  0x5B0,  0x5BC,  0x915,   0x93C,  0x94D,
      0x958,  0x9DF,  0xF71,  0xF73,  0xE38,  0xE48,  0x1100,  0x1161, 0x11A8,
      0xAC00, 0x1B05, 0x1B35, 0x2126, 0x212B, 0x4E2D, 0x1D15E, 0x2F800};
  const Both both(file);
  std::mt19937 random(seed);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t length = random() % 24; length > 0; --length) {
      utf8::append(text, kCharacters[random() % std::size(kCharacters)]);
    }
    both.compare(random() % 4 == 0 ? "<m>" + text : text);
  }
}

void compare_on_random_texts(const ByteLevelFile& file, unsigned seed) {
  const Both both(file);
  std::mt19937 random(seed);
  for (int i = 0; i < 400; ++i) {
    both.compare(random_byte_level_text(random));
  }
}

}  // namespace

TEST(starts_of_characters_are_counted) {
  static constexpr char32_t kCharacters[] = {U'a', U'\0', 0xE9, 0x4E2D, 0xFFFD, 0x1F600};
  std::mt19937 random(3);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    while (text.size() <= CharacterStarts::kMostBytes) {
      utf8::append(text, kCharacters[random() % std::size(kCharacters)]);
    }
    text.resize(1 + (random() % CharacterStarts::kMostBytes));
    const CharacterStarts starts(text);
    std::uint32_t before = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80;
      CHECK_EQUAL(starts.has(at), begins);
      before += begins ? 1 : 0;
      CHECK_EQUAL(starts.before(at + 1), before);
      const PlacedToken token(PlacedToken::make(7, starts, at, at + 1));
      CHECK_EQUAL(token.id(), 7U);
      CHECK_EQUAL(token.end(), before);
      CHECK_EQUAL(token.begin(before), begins ? before : before - 1);
    }
  }
}

TEST(the_single_pass_agrees_with_the_stages) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    compare_on_random_texts(ByteLevelFile(seed), seed);
  }
}

TEST(it_agrees_on_long_texts_with_zeros) {
  // Windows of ASCII in which a zero ends pieces now and then, and more pieces than wait at once.
  constexpr std::string_view kOften = "etaoinshrdlu    \n'sT1.,";
  const Both both{ByteLevelFile(7)};
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    std::string text;
    while (text.size() < 6000) {
      if (random() % 60 == 0) {
        text.append(1 + (random() % 3), random() % 2 == 0 ? '\0' : '!').append(random() % 2, ' ');
      } else if (random() % 400 == 0) {
        text.append("\xE4\xB8\xAD").append(1, '\0');
      } else {
        text += kOften[random() % kOften.size()];
      }
    }
    both.compare(text);
  }
}

TEST(it_agrees_where_whole_pieces_are_taken) {
  ByteLevelFile file(10);
  file.options = R"("ignore_merges": true, )";
  compare_on_random_texts(file, 10);
}

TEST(it_agrees_with_every_split_pattern) {
  unsigned seed = 20;
  scanners::for_each_known_pattern([&](const auto& known) {
    ByteLevelFile file(seed);
    file.pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": )" +
                         ByteLevelFile::quoted(std::string(known.source)) +
                         R"(}, "behavior": "Isolated", "invert": false},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]})";
    compare_on_random_texts(file, seed);
    ++seed;
  });
}

TEST(it_agrees_with_patterns_that_split_one_after_the_other) {
  static constexpr char32_t kCharacters[] = {
      U' ',   U' ',   U'\n',  U'\r',  U'\t',  U'a',   U'b',   U'S',   U'1',   U'2',   U'.',
      U'(',   U'\'',  U'$',   0x01,   0x7F,   0x3040, 0x3042, 0x3099, 0x309B, 0x309F, 0x30A0,
      0x30AB, 0x30FB, 0x30FC, 0x30FF, 0x3100, 0x4DFF, 0x4E00, 0x4E2D, 0x9FA5, 0x9FA6, 0x3000,
      0x3001, 0x301,  0x200B, 0xB2,   0xE9,   0x2028, 0xFF11, 0xAC00, 0x378,  0x1F600};
  unsigned seed = 40;
  scanners::for_each_known_sequence([&](const auto& known) {
    ByteLevelFile file(seed);
    file.normalizer = R"({"type": "Sequence", "normalizers": []})";
    std::string steps;
    for (const std::string_view source : known.sources) {
      steps += R"({"type": "Split", "pattern": {"Regex": )" +
               ByteLevelFile::quoted(std::string(source)) +
               R"(}, "behavior": "Isolated", "invert": false}, )";
    }
    file.pre_tokenizer =
        R"({"type": "Sequence", "pretokenizers": [)" + steps +
        R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]})";
    compare_on_random_texts(file, seed);
    const Both both(file);
    CHECK(both.fast->has_fast_path());
    std::mt19937 random(seed);
    for (int i = 0; i < 5000; ++i) {
      std::string text;
      for (std::size_t length = random() % 90; length > 0; --length) {
        // Mostly ASCII at times, for windows.
        const std::size_t among = i % 2 == 0 ? std::size(kCharacters) : 14 + (length % 20 == 0);
        utf8::append(text, kCharacters[random() % among]);
      }
      both.compare(text);
    }
    ++seed;
  });
}

TEST(it_agrees_where_digits_stand_alone) {
  ByteLevelFile file(15);
  file.pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [
      {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]})";
  compare_on_random_texts(file, 15);
  const Both both(file);
  both.compare("a \xF0\x91\xB7\xA0  1 \xF0\x96\xBF\xB4 2");
}

TEST(it_agrees_behind_nfc) {
  ByteLevelFile file(16);
  file.normalizer = R"({"type": "NFC"})";
  compare_on_random_texts(file, 16);
  compare_on_marks(file, 17);
  // Behind a space that is put there, and around tokens of the normalised text.
  file.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true})";
  file.added_tokens = R"([{"id": 656, "content": "\u00E9", "normalized": true},
                          {"id": 657, "content": "<m>", "special": true}])";
  compare_on_random_texts(file, 18);
  compare_on_marks(file, 19);
}

TEST(it_agrees_with_a_space_put_in_front) {
  ByteLevelFile file(11);
  file.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true})";
  file.added_tokens = R"([{"id": 656, "content": "<m>", "special": true}])";
  compare_on_random_texts(file, 11);
}

TEST(it_agrees_where_tokens_stand_in_the_text) {
  ByteLevelFile file(12);
  file.added_tokens = R"([{"id": 656, "content": "<m>", "special": true, "lstrip": true},
                          {"id": 657, "content": "  ", "normalized": true}])";
  compare_on_random_texts(file, 12);
}

TEST(it_agrees_on_long_words) {
  std::mt19937 random(13);
  const Both both{ByteLevelFile(13)};
  for (const std::size_t size : {15U, 16U, 17U, 40U, 63U, 64U, 65U, 300U}) {
    std::string word;
    for (std::size_t i = 0; i < size; ++i) {
      word += "etaoinshrdlu"[random() % 12];
    }
    both.compare(word + " " + word + " " + word);
    both.compare(std::string(size, 'e') + "\n" + std::string(size, ' '));
  }
}

TEST(it_stops_once_there_are_enough_tokens) {
  const auto tokenizer = Tokenizer::from_json(ByteLevelFile(14).json());
  EncodeOptions options;
  options.truncation = {TruncationStrategy::LongestFirst, 4, 0, Side::Right};
  const std::vector<std::string_view> texts = {"! ? ! ? !", "!?"};
  const Encodings rows = tokenizer->encode_batch(texts, {}, options);
  CHECK_EQUAL(rows.length(0), std::size_t{4});
  CHECK_EQUAL(rows.length(1), std::size_t{2});
  CHECK(rows.truncated(0) && !rows.truncated(1));
}
