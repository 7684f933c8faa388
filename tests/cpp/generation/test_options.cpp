#include "check.h"
#include "generation/options.h"

using onnxformers::ErrorKind;
using onnxformers::generation::Options;
using onnxformers::generation::Tokens;

TEST(absent_options_have_no_value) {
  const Options options;
  CHECK(!options.has("top_k"));
  CHECK(!options.count("top_k"));
  CHECK(!options.number("top_p"));
  CHECK(options.flag("do_sample", true));
  CHECK(options.tokens("eos_token_id").empty());
  CHECK(options.token_lists("bad_words_ids").empty());
}

TEST(values_come_back_as_what_they_are) {
  Options options;
  options.set("top_k", std::int64_t{5});
  options.set("top_p", 0.5);
  options.set("temperature", std::int64_t{2});
  options.set("eos_token_id", std::int64_t{3});
  options.set("suppress_tokens", Tokens{1, 2});
  CHECK_EQUAL(options.count("top_k").value(), 5U);
  CHECK_EQUAL(options.number("top_p").value(), 0.5);
  CHECK_EQUAL(options.number("temperature").value(), 2.0);
  CHECK((options.tokens("eos_token_id") == Tokens{3}));
  CHECK((options.tokens("suppress_tokens") == Tokens{1, 2}));
}

TEST(other_types_and_values_out_of_range_are_refused_by_name) {
  Options options;
  options.set("top_k", 0.5);
  options.set("num_beams", std::int64_t{0});
  options.set("top_p", std::string("x"));
  CHECK_ERROR(ErrorKind::InvalidType, "top_k must be an int", (void)options.count("top_k"));
  CHECK_ERROR(ErrorKind::InvalidArgument, "num_beams must be at least 1, got 0",
              (void)options.count("num_beams", 1));
  CHECK_ERROR(ErrorKind::InvalidType, "top_p must be a number", (void)options.number("top_p"));
  CHECK_ERROR(ErrorKind::InvalidType, "top_p must be a list of lists",
              (void)options.token_lists("top_p"));
}
