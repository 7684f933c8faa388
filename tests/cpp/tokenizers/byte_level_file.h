#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"

namespace onnxformers::tokenizers {

/// A byte-level tokenizer.json with random merges: every byte is a token, then so many are made of
/// two earlier ones, mostly of those that stand side by side in real words.
struct ByteLevelFile {
  std::string normalizer = "null";
  std::string pre_tokenizer =
      R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
  std::string added_tokens = "[]";
  std::string options;  ///< of the model, each with a comma behind it
  std::vector<std::string> tokens;
  std::vector<std::pair<std::string, std::string>> merges;

  explicit ByteLevelFile(unsigned seed, unsigned count = 400) {
    std::mt19937 random(seed);
    for (unsigned byte = 0; byte < 256; ++byte) {
      const auto value = static_cast<char>(byte);
      ByteAlphabet::append(tokens.emplace_back(), {&value, 1});
    }
    const std::string likely = " etaoinshrdlu\n\xE4\xB8\xAD\xE6\x96\x87\xC3\xA9\xF0\x9F\x98'sT1";
    std::vector<std::string> parts;
    for (const char c : likely) {
      ByteAlphabet::append(parts.emplace_back(), {&c, 1});
    }
    while (merges.size() < count) {
      const auto pick = [&] {
        return random() % 20 == 0 ? tokens[random() % tokens.size()]
                                  : parts[random() % parts.size()];
      };
      const std::string left = pick();
      const std::string right = pick();
      const std::string merged = left + right;
      if (merged.size() > 24 || std::ranges::find(tokens, merged) != tokens.end()) {
        continue;
      }
      merges.emplace_back(left, right);
      tokens.push_back(merged);
      parts.push_back(merged);
    }
  }

  /// As JSON writes it.
  [[nodiscard]] static std::string quoted(const std::string& token) {
    std::string text = "\"";
    for (const char c : token) {
      text += c == '"' || c == '\\' ? "\\" : "";
      text += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
    }
    return text + "\"";
  }

  [[nodiscard]] std::string json() const {
    std::string vocab;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      vocab += (id == 0 ? "" : ", ") + quoted(tokens[id]) + ": " + std::to_string(id);
    }
    std::string list;
    for (const auto& [left, right] : merges) {
      list += (list.empty() ? "[" : ", [") + quoted(left) + ", " + quoted(right) + "]";
    }
    return R"({"normalizer": )" + normalizer + R"(, "pre_tokenizer": )" + pre_tokenizer +
           R"(, "post_processor": null, "decoder": {"type": "ByteLevel"}, "added_tokens": )" +
           added_tokens + R"(, "model": {"type": "BPE", )" + options + R"("vocab": {)" + vocab +
           R"(}, "merges": [)" + list + "]}}";
  }
};

/// Letters of the merges, what patterns treat in a way of their own, and anything.
inline std::string random_byte_level_text(std::mt19937& random) {
  static constexpr char32_t kPieces[] = {
      U' ',    U' ',    U'\n', U'\r',  U'\t',  U'\'',  U's',   U't',   U'l', U'e', U'a',   U'T',
      U'D',    U'1',    U'2',  U'.',   U'/',   U'<',   0x4E2D, 0x6587, 0xE9, 0xC9, 0x301,  0x17F,
      0x1F600, 0x1F5FF, 0xA0,  0x3000, 0x2028, 0x1100, 0xAC00, 0x212B, 0x85, 0xB2, 0x1D7CE};
  std::string text;
  for (std::size_t length = random() % 40; length > 0; --length) {
    const auto kind = random() % 12;
    if (kind == 0) {
      static constexpr std::string_view kWords[] = {
          "<m>",       "the others'll", "  \n\n",
          "statement", "1234567",       "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD"};
      text += kWords[random() % std::size(kWords)];
    } else if (kind == 1) {
      utf8::append(text, static_cast<char32_t>(random() % 0x110000));
    } else if (kind < 6) {
      text += "etaoinshrdlu"[random() % 12];
    } else {
      utf8::append(text, kPieces[random() % std::size(kPieces)]);
    }
  }
  return text;
}

}  // namespace onnxformers::tokenizers
