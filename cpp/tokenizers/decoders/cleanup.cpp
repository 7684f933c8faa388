#include "tokenizers/decoders/cleanup.h"

#include <array>

#include "tokenizers/decoders/replace_all.h"

namespace onnxformers::tokenizers {

namespace {

struct Replacement {
  std::string_view from;
  std::string_view to;
};

// The reference's list, in its order.
constexpr auto kCleanup = std::to_array<Replacement>({
    {.from = " .", .to = "."},
    {.from = " ?", .to = "?"},
    {.from = " !", .to = "!"},
    {.from = " ,", .to = ","},
    {.from = " ' ", .to = "'"},
    {.from = " n't", .to = "n't"},
    {.from = " 'm", .to = "'m"},
    {.from = " do not", .to = " don't"},
    {.from = " 's", .to = "'s"},
    {.from = " 've", .to = "'ve"},
    {.from = " 're", .to = "'re"},
});

// What stands behind the space of each of them.
constexpr std::string_view kAfterSpace = ".?!,'nd";

}  // namespace

void clean_up_spaces(std::string& text) {
  for (const Replacement& replacement : kCleanup) {
    replace_all(text, replacement.from, replacement.to);
  }
}

bool may_need_cleanup(std::string_view text, bool space_before) noexcept {
  // The first replacement that finds something finds it in the text as it came.
  if (space_before && !text.empty() && kAfterSpace.find(text.front()) != std::string_view::npos) {
    return true;
  }
  return text.find(' ') != std::string_view::npos;
}

}  // namespace onnxformers::tokenizers
