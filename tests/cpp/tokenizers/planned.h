#pragma once

#include <string>

#include "tokenizers/parsed.h"
#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// What a post-processor makes of one text or two: "9:0 A:0 8:0" are the id of a special token or
/// the letter of a text, and its type; the type of overflowing parts stands behind a slash where it
/// differs.
inline std::string planned(const char* json, bool is_pair, bool add_special_tokens) {
  const Parsed parsed(json);
  PostPlan plan = PostPlan::initial(is_pair);
  make_post_processor(parsed.field)->apply(plan, add_special_tokens);
  std::string text = plan.unsupported;
  for (const Layout& layout : plan.encodings) {
    for (const LayoutPart& part : layout) {
      text += text.empty() ? "" : " ";
      text += part.sequence == LayoutPart::kSpecial ? std::to_string(part.id)
                                                    : std::string(part.sequence == 0 ? "A" : "B");
      text += ":" + std::to_string(part.type_id);
      if (part.overflow_type_id != part.type_id) {
        text += "/" + std::to_string(part.overflow_type_id);
      }
    }
  }
  return text;
}

}  // namespace onnxformers::tokenizers
