#include "check.h"
#include "tokenizers/small_file.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

std::vector<std::uint32_t> ids_of(const Encodings& rows, std::size_t row) {
  const auto ids = rows.ids(row);
  return {ids.begin(), ids.end()};
}

using Ids = std::vector<std::uint32_t>;

}  // namespace

TEST(a_text_goes_through_all_stages) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts = {"Hello, w\xC3\xB6rld!", "", "unaffable"};
  const Encodings rows = tokenizer->encode_batch(texts, {}, {});
  CHECK(ids_of(rows, 0) == (Ids{1, 17, 10, 18, 16, 2}));
  CHECK(ids_of(rows, 1) == (Ids{1, 2}));
  CHECK(ids_of(rows, 2) == (Ids{1, 7, 8, 9, 2}));
}

TEST(offsets_count_characters_of_the_original_text) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts = {
      "\xC3\xA9 w\xC3\xB6rld [SEP]\xE4\xB8\xAD"
      "a"};
  EncodeOptions options;
  options.with_offsets = true;
  options.add_special_tokens = false;
  const Encodings rows = tokenizer->encode_batch(texts, {}, options);
  CHECK(ids_of(rows, 0) == (Ids{0, 18, 2, 13, 3}));
  const auto spans = rows.spans(0);
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> expected = {
      {0, 1}, {2, 7}, {8, 13}, {13, 14}, {14, 15}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK_EQUAL(spans[i].begin, expected[i].first);
    CHECK_EQUAL(spans[i].end, expected[i].second);
  }
}

TEST(decoding_undoes_pieces_and_skips_special_tokens) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const Ids ids = {1, 7, 8, 9, 10, 17, 999, 16, 2};
  CHECK_EQUAL(tokenizer->decode(ids, false), "[CLS] unaffable, hello! [SEP]");
  CHECK_EQUAL(tokenizer->decode(ids, true), "unaffable, hello!");
}

TEST(an_unknown_component_is_named) {
  SmallFile file;
  file.pre_tokenizer = R"({"type": "Foo"})";
  CHECK_ERROR(ErrorKind::FileFormat, "[tokenizer.json] pre_tokenizer: unknown type 'Foo'; known: ",
              Tokenizer::from_json(file.json()));
}
