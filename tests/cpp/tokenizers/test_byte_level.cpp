#include <random>
#include <string>

#include "base/utf8.h"
#include "check.h"
#include "tokenizers/byte_alphabet.h"
#include "tokenizers/decoded.h"
#include "tokenizers/decoders/byte_level.h"
#include "tokenizers/pre_tokenizers/byte_level.h"

using namespace onnxformers::tokenizers;

namespace {

std::string split(std::string_view text, const ByteLevel::Options& options) {
  PreTokenizedText split;
  split.text.reset(text, 0, true);
  split.reset_pieces();
  ByteLevel(options).split(split);
  std::string joined;
  for (const Piece& piece : split.pieces) {
    joined.append(split.text.text().substr(piece.begin, piece.end - piece.begin));
    joined += ":" + std::to_string(origin_begin(split.text.origin(piece.begin)));
    joined += "-" + std::to_string(origin_end(split.text.origin(piece.end - 1))) + "|";
  }
  return joined;
}

std::string decoded(const std::vector<std::string>& tokens) {
  return onnxformers::tokenizers::decoded(ByteLevelDecoder(), tokens);
}

}  // namespace

TEST(every_byte_has_a_character_of_its_own) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char32_t code = ByteAlphabet::character(static_cast<unsigned char>(byte));
    CHECK_EQUAL(ByteAlphabet::byte(code), static_cast<int>(byte));
  }
  CHECK_EQUAL(ByteAlphabet::character(' '), char32_t{0x120});
  CHECK_EQUAL(ByteAlphabet::character(0xAD), char32_t{0x143});
  CHECK_EQUAL(ByteAlphabet::byte(U' '), ByteAlphabet::kNoByte);
  CHECK_EQUAL(ByteAlphabet::byte(0x144), ByteAlphabet::kNoByte);
  CHECK_EQUAL(ByteAlphabet::byte(0x10FFFF), ByteAlphabet::kNoByte);
}

TEST(words_keep_the_space_before_them) {
  const ByteLevel::Options plain{.add_prefix_space = false, .use_regex = true};
  CHECK_EQUAL(split("hi  you've", plain), "hi:0-2|\xC4\xA0:2-3|\xC4\xA0you:3-7|'ve:7-10|");
  CHECK_EQUAL(split("\xC3\xA9", plain), "\xC3\x83\xC2\xA9:0-1|");
  CHECK_EQUAL(split("", plain), "");
}

TEST(a_space_is_put_before_a_word_without_one) {
  const ByteLevel::Options options{.add_prefix_space = true, .use_regex = false};
  CHECK_EQUAL(split("hi you", options), "\xC4\xA0hi\xC4\xA0you:0-6|");
  CHECK_EQUAL(split(" hi", options), "\xC4\xA0hi:0-3|");
}

TEST(tokens_are_put_together_before_they_are_text) {
  CHECK_EQUAL(decoded({"\xC4\xA0h", "\xC3\x83", "\xC2\xA9"}), " h\xC3\xA9");
  CHECK_EQUAL(decoded({"\xC3\x83"}), "\xEF\xBF\xBD");
  CHECK_EQUAL(decoded({}), "");
  // A space stands for no byte: this token is text.
  CHECK_EQUAL(decoded({"<\xC3\x83 >", "\xC4\xA0"}), "<\xC3\x83 > ");
}

TEST(decoding_undoes_splitting) {
  std::mt19937 random(1);
  const ByteLevel::Options options{.add_prefix_space = false, .use_regex = true};
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (std::size_t length = random() % 20; length > 0; --length) {
      const auto kind = random() % 3;
      const char32_t most = kind == 0 ? 0x80 : kind == 1 ? 0x3000 : 0x110000;
      onnxformers::utf8::append(text, static_cast<char32_t>(random() % most));
    }
    PreTokenizedText split;
    split.text.reset(text, 0, false);
    split.reset_pieces();
    ByteLevel(options).split(split);
    std::vector<std::string> tokens;
    for (const Piece& piece : split.pieces) {
      tokens.emplace_back(split.text.text().substr(piece.begin, piece.end - piece.begin));
    }
    CHECK_EQUAL(decoded(tokens), text);
  }
}
