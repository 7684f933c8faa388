#include "check.h"
#include "tokenizers/planned.h"
#include "tokenizers/post_processors/roberta_processing.h"

using namespace onnxformers::tokenizers;

namespace {

constexpr const char* kJson =
    R"({"type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2], "trim_offsets": true,
        "add_prefix_space": false})";

}  // namespace

TEST(every_type_is_zero_and_a_pair_has_two_separators) {
  CHECK_EQUAL(planned(kJson, false, true), "0:0 A:0 2:0");
  CHECK_EQUAL(planned(kJson, true, true), "0:0 A:0 2:0 2:0 B:0 2:0");
}

TEST(without_special_tokens_overflow_keeps_its_type) {
  CHECK_EQUAL(planned(kJson, true, false), "A:0 B:0/1");
}

TEST(offsets_are_trimmed_as_the_file_says) {
  const Parsed parsed(kJson);
  PostPlan plan = PostPlan::initial(false);
  make_post_processor(parsed.field)->apply(plan, true);
  CHECK_EQUAL(plan.trims.size(), std::size_t{1});
  CHECK(!plan.trims[0].add_prefix_space);
  CHECK(plan.trims[0].begins_encoding[0]);
}
