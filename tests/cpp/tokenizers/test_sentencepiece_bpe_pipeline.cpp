#include <algorithm>
#include <random>
#include <set>

#include "check.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

const std::string kSign = "\xE2\x96\x81";

std::string metaspace(const std::string& scheme, bool split) {
  return R"("pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": ")" +
         scheme + R"(", "split": )" + (split ? "true" : "false") + "}, ";
}

/// A small random vocabulary with all splits of every token as merges, in the order of the tokens:
/// what is made of SentencePiece models.
struct SmallModel {
  std::vector<std::string> tokens;
  std::string options;
  std::string stages;
  bool has_bytes = true;

  SmallModel(std::mt19937& random, bool with_inner_spaces) {
    std::vector<std::string> parts = {kSign, "a", "b", "c", "\xC3\xA9", "\xE4\xBD\xA0"};
    std::set<std::string> known(parts.begin(), parts.end());
    for (int i = 0; i < 40; ++i) {
      const std::string token = parts[random() % parts.size()] + parts[random() % parts.size()];
      const std::size_t word = token.find_first_not_of(kSign);
      const bool is_inner =
          word != std::string::npos && token.find(kSign, word) != std::string::npos;
      if (token.size() < 24 && (with_inner_spaces || !is_inner) && known.insert(token).second) {
        parts.push_back(token);
      }
    }
    tokens = parts;
  }

  [[nodiscard]] std::string json() const {
    std::string vocab = R"("<unk>": 0)";
    std::string merges;
    std::uint32_t id = 0;
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (unsigned byte = 0; has_bytes && byte < 256; ++byte) {
      vocab += std::string(", \"<0x") + kDigits[byte / 16] + kDigits[byte % 16] +
               ">\": " + std::to_string(++id);
    }
    const std::set<std::string> known(tokens.begin(), tokens.end());
    for (const std::string& token : tokens) {
      vocab += ", \"" + token + "\": " + std::to_string(++id);
      for (std::size_t at = 1; at < token.size(); ++at) {
        if (known.contains(token.substr(0, at)) && known.contains(token.substr(at))) {
          merges += (merges.empty() ? "[\"" : ", [\"") + token.substr(0, at) + "\", \"" +
                    token.substr(at) + "\"]";
        }
      }
    }
    return "{" + stages + R"("added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
        "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": )" +
           (has_bytes ? "true, " : "false, ") + options + "\"vocab\": {" + vocab +
           "}, \"merges\": [" + merges + "]}}";
  }
};

std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {
      " ",   "a", "b",  "c",  "\xC3\xA9",     "\xE4\xBD\xA0",     "ab",     " a", "  ",
      " bc", "x", "\n", "xy", "\xE2\x96\x82", "\xF0\x9F\x99\x82", "abcabc", "ca", "<unk>"};
  std::string text;
  const std::size_t length = random() % (random() % 8 == 0 ? 120 : 14);
  for (std::size_t i = 0; i < length; ++i) {
    text += random() % 200 == 0 ? kSign : kPieces[random() % std::size(kPieces)];
  }
  return text;
}

void compare_on_random_texts(const SmallModel& model, std::mt19937& random,
                             const std::string& repeated = "") {
  const auto fast = Tokenizer::from_json(model.json());
  const auto slow = std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(model.json()));
  slow->disable_fast_paths();
  const auto same_span = [](const CharacterSpan& a, const CharacterSpan& b) {
    return a.begin == b.begin && a.end == b.end;
  };
  for (int i = 0; i < 60; ++i) {
    std::string text = random_text(random);
    // One part of many tokens, or one token of many characters.
    for (std::size_t n = repeated.empty() ? 0 : random() % 1500; n > 0; --n) {
      text += repeated;
    }
    // The second time all comes out of the caches.
    const std::vector<std::string_view> texts = {text, text};
    EncodeOptions options;
    const Encodings ids_only = fast->encode_batch(texts, {}, options);
    options.with_offsets = true;
    const Encodings quick = fast->encode_batch(texts, {}, options);
    const Encodings plain = slow->encode_batch(texts, {}, options);
    for (const std::size_t row : {0U, 1U}) {
      if (!std::ranges::equal(quick.ids(row), plain.ids(0)) ||
          !std::ranges::equal(ids_only.ids(row), plain.ids(0)) ||
          !std::ranges::equal(quick.words(row), plain.words(0)) ||
          !std::ranges::equal(quick.spans(row), plain.spans(0), same_span)) {
        onnxformers::check::failed(__FILE__, __LINE__, "the single pass differs on: " + text);
      }
    }
  }
}

void compare(const std::string& stages, const std::string& options = "", bool has_bytes = true) {
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    SmallModel model(random, round % 4 == 0);
    model.stages = stages;
    model.options = options;
    model.has_bytes = has_bytes;
    compare_on_random_texts(model, random);
  }
}

}  // namespace

TEST(it_agrees_with_metaspace_that_puts_nothing_in_front) { compare(metaspace("never", false)); }

TEST(it_agrees_with_metaspace_that_puts_a_space_in_front) {
  compare(metaspace("always", false));
  compare(metaspace("first", false));
}

TEST(it_agrees_where_words_are_split) {
  compare(metaspace("always", true));
  compare(metaspace("never", true));
}

TEST(it_agrees_without_bytes) {
  compare(metaspace("never", false), "\"fuse_unk\": true, ", false);
  compare(metaspace("always", true), "\"fuse_unk\": true, ", false);
  compare(metaspace("never", false), "\"fuse_unk\": false, ", false);
}

TEST(it_agrees_on_long_runs) {
  for (const bool has_bytes : {true, false}) {
    for (const std::string repeated : {"a", "ab", "\xC3\xA9", "\xE2\x96\x82", " "}) {
      std::mt19937 random(7);
      SmallModel model(random, false);
      model.stages = metaspace("always", false);
      model.options = "\"fuse_unk\": true, ";
      model.has_bytes = has_bytes;
      compare_on_random_texts(model, random, repeated);
    }
  }
}

TEST(it_agrees_where_normalizers_write_the_signs) {
  const std::string replace = R"({"type": "Replace", "pattern": {"String": " "}, "content": "▁"})";
  compare("\"normalizer\": " + replace + ", ");
  compare(R"("normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "▁"}, )" +
          replace + "]}, ");
  compare("\"normalizer\": " + replace + R"(, "pre_tokenizer": {"type": "Split",
      "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false}, )");
}

TEST(what_is_replaced_besides_is_left_to_the_stages) {
  compare(R"("normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Replace", "pattern": {"String": "xy"}, "content": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "pre_tokenizer": {"type": "Split", "pattern": {"String": "ca"},
                        "behavior": "MergedWithNext", "invert": false}, )");
}
