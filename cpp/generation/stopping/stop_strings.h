#pragma once

#include <string>
#include <vector>

#include "generation/stopping.h"
#include "generation/token_text.h"

namespace onnxformers::generation {

/// Ends a row when its last token completes one of some texts: it may have more behind the text,
/// and the text may have begun tokens before, in the prompt too.
/// Source: Python transformers 4.46.3, StopStringCriteria.
class StopStrings final : public StoppingCriterion {
 public:
  /// Throws InvalidArgument for no texts and for empty ones.
  /// @param text must outlive this object.
  StopStrings(std::vector<std::string> strings, const TokenText& text);
  void check(const Sequences& sequences, const Logits& scores, std::span<char> done) const override;

 private:
  [[nodiscard]] bool ends(std::span<const Token> tokens) const;

  std::vector<std::string> strings_;
  std::size_t longest_ = 0;
  const TokenText& text_;
};

}  // namespace onnxformers::generation
