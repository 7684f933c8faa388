// Texts split into words, and tokenizers made from others.

#include "check.h"
#include "tokenizers/small_file.h"
#include "tokenizers/tokenizer.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

using Ids = std::vector<std::uint32_t>;

Ids ids_of(const Encodings& rows, std::size_t row) {
  const auto ids = rows.ids(row);
  return {ids.begin(), ids.end()};
}

Ids words_of(const Encodings& rows, std::size_t row) {
  const auto words = rows.words(row);
  return {words.begin(), words.end()};
}

AddedToken token(std::string content) {
  AddedToken added;
  added.content = std::move(content);
  return added;
}

constexpr std::uint32_t kNone = Encodings::kNoWord;

}  // namespace

TEST(a_batch_gives_the_words_of_each_text) {
  const std::vector<std::string_view> words = {"a", "b", "c"};
  const std::vector<std::size_t> ends = {2, 2, 3};
  const TextBatch batch(words, ends);
  CHECK_EQUAL(batch.size(), 3U);
  CHECK_EQUAL(batch[0].size(), 2U);
  CHECK(batch[1].empty());
  CHECK_EQUAL(batch[2].front(), "c");
  const TextBatch part = batch.subbatch(1, 2);
  CHECK_EQUAL(part.size(), 2U);
  CHECK(part[0].empty());
  CHECK_EQUAL(part.subbatch(1, 1)[0].front(), "c");
  const TextBatch whole(words);
  CHECK(!whole.is_split());
  CHECK_EQUAL(whole.subbatch(1, 2)[1].front(), "c");
  CHECK(TextBatch().empty());
}

TEST(each_word_is_encoded_for_itself) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> words = {"unaffable", "", "Hello,", "w\xC3\xB6rld"};
  const std::vector<std::size_t> ends = {4, 4};
  EncodeOptions options;
  options.with_offsets = true;
  const Encodings rows = tokenizer->encode_batch(TextBatch(words, ends), {}, options);
  CHECK(ids_of(rows, 0) == (Ids{1, 7, 8, 9, 17, 10, 18, 2}));
  CHECK(words_of(rows, 0) == (Ids{kNone, 0, 0, 0, 2, 2, 3, kNone}));
  CHECK_EQUAL(rows.spans(0)[5].begin, 5U);
  CHECK_EQUAL(rows.spans(0)[6].end, 5U);
  CHECK(ids_of(rows, 1) == (Ids{1, 2}));
}

TEST(batches_of_words_on_several_threads) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  std::vector<std::string_view> words;
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < 100; ++i) {
    words.insert(words.end(), i % 4, "hello");
    ends.push_back(words.size());
  }
  EncodeOptions options;
  const TextBatch batch(words, ends);
  const Encodings serial = tokenizer->encode_batch(batch, batch, options);
  options.threads = 3;
  const Encodings parallel = tokenizer->encode_batch(batch, batch, options);
  CHECK_EQUAL(parallel.size(), ends.size());
  for (std::size_t row = 0; row < ends.size(); ++row) {
    CHECK(ids_of(serial, row) == ids_of(parallel, row));
    CHECK_EQUAL(serial.length(row), 3 + (2 * (row % 4)));
    CHECK_EQUAL(parallel.sample(row), row);
  }
}

TEST(special_tokens_can_be_text) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::vector<std::string_view> texts = {"[SEP]"};
  EncodeOptions options;
  CHECK(ids_of(tokenizer->encode_batch(texts, {}, options), 0) == (Ids{1, 2, 2}));
  options.split_special_tokens = true;
  CHECK(ids_of(tokenizer->encode_batch(texts, {}, options), 0) != (Ids{1, 2, 2}));
}

TEST(added_tokens_make_another_tokenizer) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const std::uint32_t next = tokenizer->vocab_size();
  const std::vector<AddedToken> tokens = {token("<x>"), token("hello"), token("<x>"), token(""),
                                          token("<y>")};
  const auto other = tokenizer->with_added_tokens(tokens);
  CHECK_EQUAL(tokenizer->vocab_size(), next);
  CHECK(!tokenizer->token_to_id("<x>"));
  CHECK_EQUAL(other->vocab_size(), next + 2);
  CHECK_EQUAL(other->token_to_id("<x>").value(), next);
  CHECK_EQUAL(other->token_to_id("<y>").value(), next + 1);
  CHECK_EQUAL(other->token_to_id("hello").value(), 17U);
  const std::vector<std::string_view> texts = {"hello<y>"};
  CHECK(ids_of(other->encode_batch(texts, {}, {}), 0) == (Ids{1, 17, next + 1, 2}));
  CHECK_EQUAL(other->decode(Ids{17, next}, false), "hello <x>");
}

TEST(an_added_token_can_take_other_flags) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  AddedToken sep = token("[SEP]");
  sep.lstrip = true;
  const auto other = tokenizer->with_added_tokens(std::span(&sep, 1));
  CHECK_EQUAL(other->vocab_size(), tokenizer->vocab_size());
  CHECK(other->added_vocabulary().find("[SEP]")->lstrip);
  CHECK(!other->added_vocabulary().find("[SEP]")->special);
  CHECK_EQUAL(other->added_vocabulary().find("[SEP]")->id, 2U);
}

TEST(tokens_that_are_too_long_are_refused) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const AddedToken longest = token(std::string(1025, 'x'));
  CHECK_ERROR(ErrorKind::InvalidArgument, "at most 1024 bytes, got one with 1025",
              tokenizer->with_added_tokens(std::span(&longest, 1)));
}

TEST(a_post_processor_can_be_another) {
  const auto tokenizer = Tokenizer::from_json(SmallFile().json());
  const auto other = tokenizer->with_post_processor(R"({"type": "TemplateProcessing",
      "single": [{"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {}})");
  const std::vector<std::string_view> texts = {"hello"};
  CHECK(ids_of(other->encode_batch(texts, {}, {}), 0) == (Ids{17}));
  CHECK(ids_of(tokenizer->encode_batch(texts, {}, {}), 0) == (Ids{1, 17, 2}));
  CHECK_EQUAL(other->components().at("post_processor").value(), "TemplateProcessing");
  CHECK_ERROR(ErrorKind::FileFormat, "unknown type 'Foo'",
              tokenizer->with_post_processor(R"({"type": "Foo"})"));
}
