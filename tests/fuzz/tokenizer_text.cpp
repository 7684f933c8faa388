// Arbitrary text and options for a small tokenizer. The first bytes choose the options, the rest is
// the text, parted into two by a newline. Well-formed text must come out the same with and without
// the fast path, with offsets within it and in order.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"
#include "tokenizers/small_file.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

std::shared_ptr<Tokenizer> load(bool strips_accents, bool fast) {
  SmallFile file;
  file.added_tokens = R"([{"id": 1, "content": "[CLS]", "special": true, "lstrip": true},
      {"id": 2, "content": "[SEP]", "special": true, "rstrip": true, "single_word": true},
      {"id": 40, "content": "<u>", "normalized": true}])";
  if (!strips_accents) {
    file.normalizer = R"({"type": "BertNormalizer", "lowercase": true, "strip_accents": false})";
  }
  auto tokenizer = std::const_pointer_cast<Tokenizer>(Tokenizer::from_json(file.json()));
  if (!fast) {
    tokenizer->disable_fast_paths();
  }
  return tokenizer;
}

EncodeOptions options_from(std::uint8_t flags, std::uint8_t sizes) {
  EncodeOptions options;
  options.add_special_tokens = (flags & 1U) != 0;
  options.return_overflowing = (flags & 2U) != 0;
  options.with_offsets = true;
  options.truncation.strategy = static_cast<TruncationStrategy>(flags >> 2U & 3U);
  options.truncation.side = (flags & 16U) != 0 ? Side::Left : Side::Right;
  options.truncation.max_length = sizes & 31U;
  options.truncation.stride = sizes >> 5U;
  return options;
}

void check(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void compare(const Encodings& fast, const Encodings& slow, std::size_t characters) {
  check(fast.size() == slow.size());
  for (std::size_t row = 0; row < fast.size(); ++row) {
    const auto spans = fast.spans(row);
    const auto others = slow.spans(row);
    check(std::ranges::equal(fast.ids(row), slow.ids(row)));
    check(std::ranges::equal(fast.words(row), slow.words(row)));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      check(spans[i].begin == others[i].begin && spans[i].end == others[i].end);
      check(spans[i].begin <= spans[i].end && spans[i].end <= characters);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<Tokenizer> kTokenizers[2][2] = {
      {load(false, false), load(false, true)}, {load(true, false), load(true, true)}};
  if (size < 2) {
    return 0;
  }
  const std::string_view all(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = std::min(all.find('\n'), all.size());
  const std::vector<std::string_view> texts = {all.substr(0, cut)};
  std::vector<std::string_view> pairs;
  if ((data[0] & 32U) != 0) {
    pairs.push_back(all.substr(std::min(cut + 1, all.size())));
  }
  const auto& tokenizer = kTokenizers[(data[0] & 64U) != 0 ? 1 : 0];
  const EncodeOptions options = options_from(data[0], data[1]);
  try {
    const Encodings fast = tokenizer[1]->encode_batch(texts, pairs, options);
    const Encodings slow = tokenizer[0]->encode_batch(texts, pairs, options);
    if (onnxformers::utf8::is_valid(all)) {
      compare(fast, slow, onnxformers::utf8::count(all));
    }
    (void)tokenizer[1]->decode(fast.ids(0), (data[0] & 128U) != 0);
  } catch (const onnxformers::Error& e) {
    check(e.kind() == onnxformers::ErrorKind::InvalidArgument);
  }
  return 0;
}
