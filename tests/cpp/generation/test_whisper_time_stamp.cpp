#include "check.h"
#include "processed.h"

using namespace onnxformers::generation;
using onnxformers::check::kForbidden;
using onnxformers::check::processed;
using onnxformers::check::with;
using Scores = std::vector<float>;

namespace {

/// Text 0 and 1, end 2, no time stamps 3, time stamps from 4.
Scores stamped(const Tokens& tokens, Scores scores, bool detects = false) {
  return processed("WhisperTimeStampLogitsProcessor",
                   with({{"no_timestamps_token_id", std::int64_t{3}},
                         {"eos_token_id", std::int64_t{2}},
                         {"begin_index", std::int64_t{1}},
                         {"max_initial_timestamp_index", std::int64_t{1}},
                         {"_detect_timestamp_from_logprob", detects}}),
                   tokens, std::move(scores));
}

const Scores kEven{1, 1, 1, 1, 1, 1, 1, 1};
constexpr float kNo = kForbidden;

}  // namespace

TEST(a_text_begins_with_an_early_time_stamp) {
  CHECK((stamped({9}, kEven) == Scores{kNo, kNo, kNo, kNo, 1, 1, kNo, kNo}));
}

TEST(time_stamps_come_in_pairs_and_do_not_go_back) {
  // The first one: text follows.
  CHECK((stamped({9, 5}, kEven) == Scores{1, 1, 1, kNo, kNo, kNo, kNo, kNo}));
  // Behind text one may come, but not an old one.
  CHECK((stamped({9, 5, 0}, kEven) == Scores{1, 1, 1, kNo, kNo, kNo, 1, 1}));
  // Then another or the end must, and it may be the same one.
  CHECK((stamped({9, 4, 0, 5}, kEven) == Scores{kNo, kNo, 1, kNo, kNo, 1, 1, 1}));
  // Behind a pair comes text.
  CHECK((stamped({9, 4, 0, 5, 5}, kEven) == Scores{1, 1, 1, kNo, kNo, kNo, kNo, kNo}));
}

TEST(time_stamps_together_outweigh_text) {
  CHECK((stamped({9, 4, 0}, {1.5F, 0, 0, 9, 1, 1, 1, 1}, true) ==
         Scores{kNo, kNo, kNo, kNo, kNo, 1, 1, 1}));
  CHECK((stamped({9, 4, 0}, {2.5F, 0, 0, 9, 1, 1, 1, 1}, true) ==
         Scores{2.5F, 0, 0, kNo, kNo, 1, 1, 1}));
}
