#include "check.h"
#include "tokenizers/planned.h"

using namespace onnxformers::tokenizers;

namespace {

PostPlan plan_of(const char* json, bool is_pair) {
  const Parsed parsed(json);
  PostPlan plan = PostPlan::initial(is_pair);
  make_post_processor(parsed.field)->apply(plan, true);
  return plan;
}

}  // namespace

TEST(it_adds_no_tokens) {
  constexpr const char* kJson = R"({"type": "ByteLevel", "trim_offsets": true,
                                    "add_prefix_space": true, "use_regex": true})";
  CHECK_EQUAL(planned(kJson, false, true), "A:0");
  CHECK_EQUAL(planned(kJson, true, true), "A:0 B:1");
  const PostPlan plan = plan_of(kJson, true);
  CHECK_EQUAL(plan.trims.size(), std::size_t{1});
  CHECK(plan.trims[0].add_prefix_space);
  CHECK(plan.trims[0].begins_encoding[0] && plan.trims[0].begins_encoding[1]);
}

TEST(without_trim_offsets_it_does_nothing) {
  CHECK(plan_of(R"({"type": "ByteLevel", "trim_offsets": false, "add_prefix_space": true})", false)
            .trims.empty());
}

TEST(behind_a_template_the_special_token_comes_first) {
  const PostPlan plan = plan_of(R"({"type": "Sequence", "processors": [
      {"type": "ByteLevel", "trim_offsets": true, "add_prefix_space": true},
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "s", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "special_tokens": {"s": {"id": "s", "ids": [5], "tokens": ["s"]}}},
      {"type": "ByteLevel", "trim_offsets": true, "add_prefix_space": false}]})",
                                false);
  CHECK_EQUAL(plan.trims.size(), std::size_t{2});
  CHECK(plan.trims[0].begins_encoding[0]);
  CHECK(!plan.trims[1].begins_encoding[0]);
}
