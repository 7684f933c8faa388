#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Replaces spaces by a sign, puts one before pieces that begin with none, and splits before every
/// sign. Time linear in the text.
///
/// Source: Metaspace of Hugging Face tokenizers.
class Metaspace final : public PreTokenizer {
 public:
  enum class PrependScheme : std::uint8_t {
    First,  ///< only before a piece that begins where the original text does
    Never,
    Always,
  };

  struct Options {
    char32_t replacement = U'\u2581';
    PrependScheme prepend_scheme = PrependScheme::Always;
    bool split = true;
  };

  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit Metaspace(const Options& options);

  void split(PreTokenizedText& text) const override;

  [[nodiscard]] bool needs_origins() const noexcept override {
    return options_.prepend_scheme == PrependScheme::First;
  }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

 private:
  [[nodiscard]] bool prepends(const NormalizedText& text, const Piece& piece) const;
  void rewrite(PreTokenizedText& text) const;
  void cut(PreTokenizedText& text) const;

  Options options_;
  std::string sign_;  // the replacement
};

}  // namespace onnxformers::tokenizers
