#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "tokenizers/scanners/deepseek_pattern.h"
#include "tokenizers/scanners/patterns.h"

namespace onnxformers::tokenizers::scanners {

/// A regular expression that T stands for.
template <typename T>
struct Known {
  using Pattern = T;
  std::string_view source;
};

/// The split patterns that have a scanner; compared as they are written.
inline constexpr std::tuple kKnownPatterns = {
    // GPT-2
    Known<Gpt2Pattern>{
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    // cl100k as Llama 3 has it
    Known<Cl100kPattern<3>>{
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    // Qwen 2
    Known<Cl100kPattern<1>>{
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    // Qwen 3.5
    Known<Cl100kPattern<1, true>>{
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    // o200k
    Known<O200kPattern<3, true>>{
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    // Mistral's Tekken
    Known<O200kPattern<1, false>>{
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    // CLIP, as published and as transformers writes it
    Known<ClipPattern<false>>{R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)"},
    Known<ClipPattern<true>>{
        R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)"},
};

/// Regular expressions that split one after the other, and what T finds in one go: every character
/// belongs to some piece.
template <typename T>
struct KnownSequence {
  using Pattern = T;
  std::array<std::string_view, 3> sources;
};

inline constexpr std::tuple kKnownSequences = {
    // DeepSeek V3 and R1, with line ends as escapes or as they are
    KnownSequence<DeepSeekPattern>{
        {R"(\p{N}{1,3})", R"([一-龥぀-ゟ゠-ヿ]+)",
         R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}},
    KnownSequence<DeepSeekPattern>{
        {R"(\p{N}{1,3})", R"([一-龥぀-ゟ゠-ヿ]+)",
         "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
         "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
         "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"}},
};

/// Calls visit(known) for every known sequence.
template <typename Visit>
void for_each_known_sequence(Visit visit) {
  std::apply([&](const auto&... known) { (visit(known), ...); }, kKnownSequences);
}

/// Calls visit(known) for every known pattern.
template <typename Visit>
void for_each_known_pattern(Visit visit) {
  std::apply([&](const auto&... known) { (visit(known), ...); }, kKnownPatterns);
}

}  // namespace onnxformers::tokenizers::scanners
