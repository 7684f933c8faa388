#include <algorithm>

#include "generation/search/draft.h"

namespace onnxformers::generation {

namespace {

class PromptLookup final : public Draft {
 public:
  explicit PromptLookup(const Options& options)
      : count_(options.count("prompt_lookup_num_tokens", 1).value()),
        longest_(options.count("max_matching_ngram_size", 1).value_or(2)),
        eos_(options.tokens("eos_token_id")) {}

  std::span<const Token> guess(const Sequences& sequences, std::size_t most) override {
    const auto tokens = sequences.row(0);
    found_.clear();
    for (std::size_t size = std::min(longest_, tokens.size() - 1); size > 0; --size) {
      // The first place where the last tokens stand, their own place left out.
      const auto last = tokens.last(size);
      const auto place = std::ranges::search(tokens.first(tokens.size() - 1), last);
      if (!place.empty()) {
        const auto start = static_cast<std::size_t>(place.end() - tokens.begin());
        take(tokens.subspan(start, std::min({count_, most, tokens.size() - start})));
        break;
      }
    }
    return found_;
  }

 private:
  /// Up to an end token: nothing follows that.
  void take(std::span<const Token> tokens) {
    const auto end = std::ranges::find_first_of(tokens, eos_);
    found_.assign(tokens.begin(), end);
  }

  std::size_t count_;
  std::size_t longest_;  ///< tokens looked for
  Tokens eos_;
  Tokens found_;
};

}  // namespace

std::unique_ptr<Draft> make_prompt_lookup(const Options& options) {
  return std::make_unique<PromptLookup>(options);
}

}  // namespace onnxformers::generation
