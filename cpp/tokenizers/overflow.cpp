#include "tokenizers/overflow.h"

#include <algorithm>
#include <utility>

namespace onnxformers::tokenizers {

namespace {

/// The texts as they follow each other in a row.
std::vector<std::size_t> text_order(const PostPlan& plan) {
  std::vector<std::size_t> order;
  for (const Layout& layout : plan.encodings) {
    for (const LayoutPart& part : layout) {
      const auto text = static_cast<std::size_t>(part.sequence);
      if (part.sequence != LayoutPart::kSpecial && std::ranges::find(order, text) == order.end()) {
        order.push_back(text);
      }
    }
  }
  return order;
}

}  // namespace

std::vector<PartChoice> part_choices(const PostPlan& plan,
                                     const std::array<std::size_t, 2>& counts) {
  std::vector<PartChoice> choices(1);
  if (counts[0] <= 1 && counts[1] <= 1) {
    return choices;
  }
  for (const std::size_t text : text_order(plan)) {
    // The overflow of the earlier texts with everything of this one, then their first parts with
    // its overflow.
    std::vector<PartChoice> next{choices.front()};
    for (std::size_t i = 1; i <= choices.size(); ++i) {
      PartChoice choice = choices[i % choices.size()];
      for (std::size_t part = i == choices.size() ? 1 : 0; part < counts[text]; ++part) {
        choice[text] = part;
        next.push_back(choice);
      }
    }
    choices = std::move(next);
  }
  return choices;
}

}  // namespace onnxformers::tokenizers
