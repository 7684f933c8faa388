#include "tokenizers/scanners/scanner.h"

#include <array>

#include "tokenizers/scanners/patterns.h"

namespace onnxformers::tokenizers::scanners {

namespace {

template <typename Pattern>
class ScannerOf final : public Scanner {
 public:
  [[nodiscard]] Found next(std::string_view text, std::size_t begin) const override {
    return Pattern::next(Runs(classes_, text), begin);
  }

 private:
  const CharacterClasses& classes_ = CharacterClasses::get();
};

template <typename Pattern>
const Scanner& scanner_of() {
  static const ScannerOf<Pattern> scanner;
  return scanner;
}

struct Known {
  std::string_view pattern;
  const Scanner& (*scanner)();
};

constexpr auto kKnown = std::to_array<Known>({
    // GPT-2
    {.pattern = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<Gpt2Pattern>},
    // cl100k as Llama 3 has it
    {.pattern =
         R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<Cl100kPattern<3>>},
    // Qwen 2
    {.pattern =
         R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<Cl100kPattern<1>>},
    // Qwen 3.5
    {.pattern =
         R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<Cl100kPattern<1, true>>},
    // o200k
    {.pattern =
         R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<O200kPattern<3, true>>},
    // Mistral's Tekken
    {.pattern =
         R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     .scanner = &scanner_of<O200kPattern<1, false>>},
    // CLIP, as published and as transformers writes it
    {.pattern = R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
     .scanner = &scanner_of<ClipPattern<false>>},
    {.pattern =
         R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
     .scanner = &scanner_of<ClipPattern<true>>},
});

}  // namespace

const Scanner* find(std::string_view pattern) {
  for (const Known& known : kKnown) {
    if (known.pattern == pattern) {
      return &known.scanner();
    }
  }
  return nullptr;
}

const Scanner& gpt2() { return scanner_of<Gpt2Pattern>(); }

}  // namespace onnxformers::tokenizers::scanners
