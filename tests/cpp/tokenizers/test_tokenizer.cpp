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

TEST(an_empty_second_text_is_a_pair) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts = {"a"};
  const std::vector<std::string_view> pairs = {""};
  CHECK(ids_of(tokenizer->encode_batch(texts, pairs, {}), 0) == (Ids{1, 3, 2, 2}));
  CHECK_EQUAL(tokenizer->num_special_tokens(true), std::size_t{3});
  CHECK_EQUAL(tokenizer->num_special_tokens(false), std::size_t{2});
}

TEST(threads_change_nothing) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  std::vector<std::string> owned;
  for (int i = 0; i < 300; ++i) {
    owned.push_back("hello " + std::string(static_cast<std::size_t>(i % 7), 'a') + " world");
  }
  const std::vector<std::string_view> texts(owned.begin(), owned.end());
  EncodeOptions options;
  options.truncation = {TruncationStrategy::LongestFirst, 4, 0, Side::Right};
  options.return_overflowing = true;
  options.with_offsets = true;
  const Encodings serial = tokenizer->encode_batch(texts, {}, options);
  options.threads = 4;
  const Encodings parallel = tokenizer->encode_batch(texts, {}, options);
  CHECK_EQUAL(parallel.size(), serial.size());
  for (std::size_t row = 0; row < serial.size(); ++row) {
    CHECK(ids_of(parallel, row) == ids_of(serial, row));
    CHECK_EQUAL(parallel.sample(row), serial.sample(row));
    CHECK_EQUAL(parallel.spans(row).back().end, serial.spans(row).back().end);
  }
}

TEST(an_error_in_a_thread_reaches_the_caller) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts(100, "a a a a");
  EncodeOptions options;
  options.truncation = {TruncationStrategy::OnlySecond, 4, 0, Side::Right};
  options.threads = 4;
  CHECK_ERROR(ErrorKind::InvalidArgument, "needs a second text",
              tokenizer->encode_batch(texts, {}, options));
}

TEST(max_length_must_leave_room) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts = {"a"};
  EncodeOptions options;
  options.truncation = {TruncationStrategy::LongestFirst, 1, 0, Side::Right};
  CHECK_ERROR(ErrorKind::InvalidArgument, "room for the 2 special tokens, got 1",
              tokenizer->encode_batch(texts, {}, options));
  options.truncation = {TruncationStrategy::LongestFirst, 4, 3, Side::Right};
  CHECK_ERROR(ErrorKind::InvalidArgument, "stride must be less than the 2 tokens",
              tokenizer->encode_batch(texts, {}, options));
}

TEST(ids_of_added_tokens_may_leave_gaps) {
  SmallFile file;
  file.added_tokens = R"([{"id": 100, "content": "<x>", "special": true}])";
  const auto tokenizer = Tokenizer::from_json(file.json());
  const std::vector<std::string_view> texts = {"a<x>a"};
  CHECK(ids_of(tokenizer->encode_batch(texts, {}, {}), 0) == (Ids{1, 3, 100, 3, 2}));
  CHECK_EQUAL(tokenizer->vocab_size(), 101U);
  CHECK_EQUAL(tokenizer->id_to_token(100).value(), "<x>");
  CHECK(!tokenizer->id_to_token(50));
  CHECK_EQUAL(tokenizer->token_to_id("<x>").value(), 100U);
}

TEST(without_a_decoder_tokens_are_joined_by_spaces) {
  SmallFile file;
  file.decoder = "null";
  const auto tokenizer = Tokenizer::from_json(file.json());
  CHECK_EQUAL(tokenizer->decode(Ids{7, 8}, false), "un ##aff");
}

TEST(truncation_and_padding_of_the_file_are_off_but_must_be_sound) {
  SmallFile file;
  file.more = R"("truncation": {"max_length": 3, "strategy": "LongestFirst", "stride": 0},
      "padding": {"strategy": {"Fixed": 9}, "pad_id": 5, "pad_token": "[PAD]"}, )";
  const auto tokenizer = Tokenizer::from_json(file.json());
  const std::vector<std::string_view> texts = {"a a a"};
  CHECK(ids_of(tokenizer->encode_batch(texts, {}, {}), 0) == (Ids{1, 3, 3, 3, 2}));
  CHECK_EQUAL(tokenizer->file_padding()->pad_id, 5U);
  file.more = R"("truncation": {"max_length": "3"}, )";
  CHECK_ERROR(ErrorKind::FileFormat, "truncation.max_length: expected an integer, got string",
              Tokenizer::from_json(file.json()));
}

TEST(components_are_named_by_stage) {
  SmallFile file;
  file.normalizer = "null";
  const auto tokenizer = Tokenizer::from_json(file.json());
  CHECK_EQUAL(tokenizer->components().at("model").value(), "WordPiece");
  CHECK(!tokenizer->components().at("normalizer"));
}

TEST(broken_files_are_refused) {
  const auto load = [](std::string text) { return Tokenizer::from_json(std::move(text)); };
  CHECK_ERROR(ErrorKind::FileFormat, "[tokenizer.json]", load(""));
  CHECK_ERROR(ErrorKind::FileFormat, "[tokenizer.json]", load("{\"model\": "));
  CHECK_ERROR(ErrorKind::FileFormat, "the file: expected an object, got array", load("[]"));
  CHECK_ERROR(ErrorKind::FileFormat, "the field \"model\" is missing", load("{}"));
  SmallFile file;
  file.model = R"({"type": "WordPiece", "vocab": {"[UNK]": 0, "x": "1"}})";
  CHECK_ERROR(ErrorKind::FileFormat, "model.vocab.x: expected an integer, got string",
              load(file.json()));
}
