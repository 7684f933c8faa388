#include "tokenizers/post_processors/template_processing.h"

#include <algorithm>
#include <limits>

namespace onnxformers::tokenizers {

namespace {

std::uint32_t read_type_id(const Field& field) {
  const auto type_id = field.find("type_id");
  return type_id ? static_cast<std::uint32_t>(
                       type_id->as_integer(0, std::numeric_limits<std::int32_t>::max()))
                 : 0;
}

LayoutPart read_sequence(const Field& field) {
  const Field id = field.member("id");
  const std::string_view name = id.as_string();
  if (name != "A" && name != "B") {
    id.fail(R"(expected "A" or "B", got ")" + shortened(name) + "\"");
  }
  const std::int32_t sequence = name == "A" ? 0 : 1;
  return {
      .sequence = sequence,
      .id = 0,
      .type_id = read_type_id(field),
      .overflow_type_id = static_cast<std::uint32_t>(sequence),
  };
}

/// Appends one part for every id that the special token stands for.
void append_special(Layout& layout, const Field& field, const Field& special_tokens) {
  const Field name = field.member("id");
  const auto token = special_tokens.find(name.as_string());
  if (!token) {
    name.fail("\"" + shortened(name.as_string()) + "\" is not in " + special_tokens.path());
  }
  const std::uint32_t type_id = read_type_id(field);
  const Field ids = token->member("ids");
  (void)ids.expect(json::Type::Array);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    layout.push_back(LayoutPart::special(ids.element(i).as_token_id(), type_id));
    if (layout.size() > kMaxLayoutParts) {
      field.fail("a template may have at most " + std::to_string(kMaxLayoutParts) + " tokens");
    }
  }
}

Layout read_template(const Field& field, const Field& special_tokens) {
  (void)field.expect(json::Type::Array);
  Layout layout;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field piece = field.element(i);
    if (const auto sequence = piece.find("Sequence")) {
      layout.push_back(read_sequence(*sequence));
      if (layout.size() > kMaxLayoutParts) {
        piece.fail("a template may have at most " + std::to_string(kMaxLayoutParts) + " parts");
      }
    } else if (const auto special = piece.find("SpecialToken")) {
      append_special(layout, *special, special_tokens);
    } else {
      piece.fail(R"(expected {"Sequence": ...} or {"SpecialToken": ...})");
    }
  }
  return layout;
}

/// Appends what an earlier post-processor made of one text; it all gets the type of the template.
void append_encoding(Layout& layout, const Layout& encoding, const LayoutPart& place) {
  for (LayoutPart part : encoding) {
    part.type_id = place.type_id;
    layout.push_back(part);
  }
}

bool uses(const Layout& layout, std::int32_t sequence) {
  return std::ranges::any_of(layout,
                             [&](const LayoutPart& part) { return part.sequence == sequence; });
}

}  // namespace

std::unique_ptr<PostProcessor> TemplateProcessing::from_json(const Field& field) {
  const Field special_tokens = field.member("special_tokens");
  (void)special_tokens.expect(json::Type::Object);
  const Field single_field = field.member("single");
  Layout single = read_template(single_field, special_tokens);
  if (uses(single, 1)) {
    single_field.fail("the template of a single text uses the second text, $B");
  }
  std::optional<Layout> pair;
  if (const auto pair_field = field.find("pair")) {
    pair = read_template(*pair_field, special_tokens);
    if (!uses(*pair, 0) || !uses(*pair, 1)) {
      pair_field->fail("the template of a pair must use both texts, $A and $B");
    }
  }
  return std::make_unique<TemplateProcessing>(std::move(single), std::move(pair));
}

void TemplateProcessing::apply(PostPlan& plan, bool add_special_tokens) const {
  if (!plan.can_grow()) {
    return;
  }
  const bool is_pair = plan.encodings.size() == 2;
  if (is_pair && !pair_) {
    plan.unsupported = "the post-processor of this tokenizer has no template for a pair of texts";
    return;
  }
  Layout layout;
  for (const LayoutPart& part : is_pair ? *pair_ : single_) {
    if (part.sequence != LayoutPart::kSpecial) {
      append_encoding(layout, plan.encodings[static_cast<std::size_t>(part.sequence)], part);
    } else if (add_special_tokens) {
      layout.push_back(part);
    }
  }
  plan.encodings.clear();
  plan.encodings.push_back(std::move(layout));
  plan.is_merged = true;
}

}  // namespace onnxformers::tokenizers
