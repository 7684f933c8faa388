#pragma once

#include <functional>
#include <span>
#include <vector>

#include "generation/search/search.h"

namespace onnxformers::generation {

/// The token of each row that goes on.
/// @param step tokens generated so far.
using Choose = std::function<void(const Logits& logits, std::size_t step,
                                  std::span<const char> done, std::span<Token> next)>;

/// The loop of the searches in which rows do not compete: greedy search and sampling.
/// @param copies rows for each prompt.
SearchResult generate_rows(const SearchParts& parts, const Prompts& prompts, std::size_t copies,
                           const Choose& choose);

}  // namespace onnxformers::generation
