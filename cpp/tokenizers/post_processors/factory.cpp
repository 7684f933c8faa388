#include <array>

#include "tokenizers/post_processors/bert_processing.h"
#include "tokenizers/post_processors/byte_level.h"
#include "tokenizers/post_processors/post_processor.h"
#include "tokenizers/post_processors/roberta_processing.h"
#include "tokenizers/post_processors/sequence.h"
#include "tokenizers/post_processors/template_processing.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<PostProcessor> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BertProcessing", .make = &BertProcessing::from_json},
    {.type = "ByteLevel", .make = &ByteLevelProcessing::from_json},
    {.type = "RobertaProcessing", .make = &RobertaProcessing::from_json},
    {.type = "TemplateProcessing", .make = &TemplateProcessing::from_json},
    {.type = "Sequence", .make = &PostProcessorSequence::from_json},
});

}  // namespace

std::unique_ptr<PostProcessor> make_post_processor(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

std::uint32_t token_with_id(const Field& field) {
  if (field.expect(json::Type::Array).size() != 2) {
    field.fail("expected a token and its id, got " + std::to_string(field.size()) + " elements");
  }
  (void)field.element(0).as_string();
  return field.element(1).as_token_id();
}

PostPlan PostPlan::initial(bool is_pair) {
  PostPlan plan;
  for (std::int32_t sequence = 0; sequence < (is_pair ? 2 : 1); ++sequence) {
    const auto type_id = static_cast<std::uint32_t>(sequence);
    plan.encodings.push_back(
        {{.sequence = sequence, .id = 0, .type_id = type_id, .overflow_type_id = type_id}});
  }
  return plan;
}

void PostPlan::add_trim(bool add_prefix_space) {
  OffsetTrim trim{.add_prefix_space = add_prefix_space, .begins_encoding = {false, false}};
  for (const Layout& layout : encodings) {
    if (!layout.empty() && layout.front().sequence != LayoutPart::kSpecial) {
      trim.begins_encoding[static_cast<std::size_t>(layout.front().sequence)] = true;
    }
  }
  trims.push_back(trim);
}

bool PostPlan::can_grow() {
  if (is_merged) {
    unsupported = "a post-processor that adds tokens follows a TemplateProcessing";
  }
  for (const Layout& layout : encodings) {
    if (layout.size() >= kMaxLayoutParts) {
      unsupported = "more than " + std::to_string(kMaxLayoutParts) + " special tokens a text";
    }
  }
  return unsupported.empty();
}

}  // namespace onnxformers::tokenizers
