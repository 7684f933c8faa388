#include "generation/search/search.h"

#include <string>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  fail(ErrorKind::InvalidArgument, "generate", what);
}

/// Options that say the opposite of each other, or cannot be had together.
void check(const Options& options, const Prompts& prompts) {
  const std::size_t beams = options.count("num_beams", 1).value_or(1);
  const std::size_t groups = options.count("num_beam_groups", 1).value_or(1);
  const std::size_t wanted = options.count("num_return_sequences", 1).value_or(1);
  const bool is_drawn = options.flag("do_sample", false);
  if (prompts.rows == 0 || prompts.length == 0) {
    refuse("the prompt is empty; give at least one token");
  }
  if (beams < wanted && (beams > 1 || !is_drawn)) {
    refuse("num_return_sequences is " + std::to_string(wanted) +
           ", more than num_beams, which is " + std::to_string(beams) +
           "; give more beams, or do_sample=True without beams");
  }
  if (beams % groups != 0) {
    refuse("num_beams must be a multiple of num_beam_groups");
  }
  if (groups > 1 && is_drawn) {
    refuse("groups of beams are not sampled: set do_sample=False or num_beam_groups=1");
  }
  if (groups > 1 && options.number("diversity_penalty").value_or(0) <= 0) {
    refuse(
        "num_beam_groups over 1 needs a diversity_penalty above 0: the groups would be the same");
  }
  const std::size_t max_length = options.count("max_length").value_or(0);
  if (max_length <= prompts.length) {
    refuse("the prompt has " + std::to_string(prompts.length) +
           " tokens, which leaves none to generate with max_length=" + std::to_string(max_length) +
           "; give a larger max_length, or max_new_tokens");
  }
}

}  // namespace

SearchResult search(const SearchParts& parts, const Prompts& prompts) {
  check(parts.options, prompts);
  if (parts.options.count("num_beams", 1).value_or(1) > 1) {
    return beam_search(parts, prompts);
  }
  return parts.options.flag("do_sample", false) ? sample(parts, prompts)
                                                : greedy_search(parts, prompts);
}

}  // namespace onnxformers::generation
