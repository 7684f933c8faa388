#include "generation/search/search.h"

#include <array>
#include <cstdint>
#include <string>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  fail(ErrorKind::InvalidArgument, "generate", what);
}

enum class Mode : std::uint8_t { Rows, Contrastive, Assisted, Beams };

/// What is asked for, as GenerationConfig.get_generation_mode sees it.
struct Request {
  Request(const SearchParts& parts, const Prompts& prompts)
      : rows(prompts.rows),
        beams(parts.options.count("num_beams", 1).value_or(1)),
        groups(parts.options.count("num_beam_groups", 1).value_or(1)),
        wanted(parts.options.count("num_return_sequences", 1).value_or(1)),
        diversity(parts.options.number("diversity_penalty").value_or(0)),
        is_drawn(parts.options.flag("do_sample", false)),
        has_words(parts.options.has("force_words_ids")),
        has_draft(parts.draft != nullptr || parts.options.has("prompt_lookup_num_tokens")),
        has_guidance(parts.options.number("guidance_scale").value_or(1) != 1),
        has_streamer(parts.streamer != nullptr),
        is_contrastive(!is_drawn && parts.options.number("penalty_alpha").value_or(0) > 0 &&
                       parts.options.count("top_k").value_or(0) > 1) {}

  [[nodiscard]] Mode mode() const {
    if (has_words || beams > 1) {
      return Mode::Beams;
    }
    if (is_contrastive) {
      return Mode::Contrastive;
    }
    if (has_draft) {
      return Mode::Assisted;
    }
    return Mode::Rows;
  }

  std::size_t rows;
  std::size_t beams;
  std::size_t groups;
  std::size_t wanted;
  double diversity;
  bool is_drawn;
  bool has_words;
  bool has_draft;
  bool has_guidance;
  bool has_streamer;
  bool is_contrastive;
};

/// Options that say the opposite of each other, or cannot be had together.
struct Contradiction {
  bool (*holds)(const Request& request);
  const char* message;
};

constexpr std::array kContradictions{
    Contradiction{
        .holds = [](const Request& r) { return r.beams % r.groups != 0; },
        .message = "num_beams must be a multiple of num_beam_groups",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.groups > 1 && r.is_drawn; },
        .message = "groups of beams are not sampled: set do_sample=False or num_beam_groups=1",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.groups > 1 && r.diversity <= 0; },
        .message = "num_beam_groups over 1 needs a diversity_penalty above 0: the groups would be "
                   "the same",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.beams > 1 && r.groups == 1 && r.diversity != 0; },
        .message =
            "diversity_penalty is for groups of beams: set num_beam_groups over 1 or leave it out",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_words && r.beams == 1; },
        .message = "force_words_ids needs beams: set num_beams over 1",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_words && (r.is_drawn || r.groups > 1); },
        .message = "force_words_ids goes with do_sample=False and num_beam_groups=1 only",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_draft && r.mode() != Mode::Assisted; },
        .message = "an assistant model or prompt_lookup_num_tokens goes with greedy search and "
                   "sampling only: leave out num_beams, force_words_ids and penalty_alpha",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_draft && (r.rows > 1 || r.wanted > 1); },
        .message = "an assistant model or prompt_lookup_num_tokens goes with one prompt and "
                   "num_return_sequences=1 only",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_draft && r.has_guidance; },
        .message = "guidance_scale does not go with an assistant model or "
                   "prompt_lookup_num_tokens: leave one out",
    },
    Contradiction{
        .holds = [](const Request& r) { return r.has_streamer && r.mode() == Mode::Beams; },
        .message = "a streamer cannot be used with beams, which are chosen at the end: set "
                   "num_beams=1",
    },
};

void check_prompts(const Options& options, const Prompts& prompts) {
  if (prompts.rows == 0 || prompts.length == 0) {
    refuse("the prompt is empty; give at least one token");
  }
  const std::size_t max_length = options.count("max_length").value_or(0);
  if (max_length <= prompts.length) {
    refuse("the prompt has " + std::to_string(prompts.length) +
           " tokens, which leaves none to generate with max_length=" + std::to_string(max_length) +
           "; give a larger max_length, or max_new_tokens");
  }
}

void check(const Request& request) {
  if (request.beams < request.wanted && (request.beams > 1 || !request.is_drawn)) {
    refuse("num_return_sequences is " + std::to_string(request.wanted) +
           ", more than num_beams, which is " + std::to_string(request.beams) +
           "; give more beams, or do_sample=True without beams");
  }
  for (const Contradiction& contradiction : kContradictions) {
    if (contradiction.holds(request)) {
      refuse(contradiction.message);
    }
  }
}

}  // namespace

SearchResult search(const SearchParts& parts, const Prompts& prompts) {
  const Request request(parts, prompts);
  check_prompts(parts.options, prompts);
  check(request);
  switch (request.mode()) {
    case Mode::Beams:
      return beam_search(parts, prompts);
    case Mode::Contrastive:
      return contrastive_search(parts, prompts);
    case Mode::Assisted:
      return assisted_search(parts, prompts);
    case Mode::Rows:
      break;
  }
  return row_search(parts, prompts);
}

void check_row_search(const SearchParts& parts, const Prompts& prompts) {
  const Request request(parts, prompts);
  check_prompts(parts.options, prompts);
  check(request);
  if (request.mode() != Mode::Rows) {
    refuse("only greedy search and sampling run beside other requests");
  }
}

}  // namespace onnxformers::generation
