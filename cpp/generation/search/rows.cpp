#include "generation/search/rows.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "generation/search/record.h"
#include "generation/search/repeated_logits.h"

namespace onnxformers::generation {

namespace {

class Loop {
 public:
  Loop(const SearchParts& parts, const Prompts& prompts, std::size_t copies)
      : parts_(parts),
        sequences_(prompts, parts.options.count("max_length").value_or(0)),
        next_(prompts.rows * copies),
        done_(prompts.rows * copies),
        recorder_(parts.options),
        pad_(parts.options.integer("pad_token_id")) {
    if (copies > 1) {
      sequences_.repeat(copies);
      for (std::size_t i = 0; i < next_.size(); ++i) {
        parents_.push_back(i / copies);
      }
    }
  }

  SearchResult run(Logits logits, const Choose& choose) {
    for (std::size_t step = 0;; ++step) {
      recorder_.begin(logits);
      process_all(parts_.processors, sequences_, logits);
      choose(logits, step, done_, next_);
      recorder_.end(logits);
      fill_finished();
      sequences_.append(next_);
      if (parts_.streamer != nullptr) {
        parts_.streamer->put(next_);
      }
      if (is_over(logits)) {
        break;
      }
      logits = parts_.model.step(next_, std::exchange(parents_, {}));
    }
    return finish();
  }

 private:
  /// Rows that have ended go on with padding until all have.
  void fill_finished() {
    for (std::size_t i = 0; i < next_.size(); ++i) {
      if (done_[i] == 0) {
        continue;
      }
      if (!pad_) {
        fail(ErrorKind::InvalidArgument, "generate",
             "rows end at different lengths, and there is no pad_token_id; give one");
      }
      next_[i] = *pad_;
    }
  }

  bool is_over(const Logits& logits) {
    for (const auto& criterion : parts_.stopping) {
      criterion->check(sequences_, logits, done_);
    }
    return std::ranges::all_of(done_, [](char row) { return row != 0; });
  }

  SearchResult finish() {
    if (parts_.streamer != nullptr) {
      parts_.streamer->end();
    }
    SearchResult result = recorder_.result();
    for (std::size_t i = 0; i < sequences_.rows(); ++i) {
      const auto row = sequences_.row(i);
      result.sequences.emplace_back(row.begin(), row.end());
    }
    return result;
  }

  const SearchParts& parts_;
  Sequences sequences_;
  std::vector<Token> next_;
  std::vector<char> done_;
  std::vector<std::size_t> parents_;  ///< for the first step after the prompt
  Recorder recorder_;
  std::optional<std::int64_t> pad_;
};

}  // namespace

SearchResult generate_rows(const SearchParts& parts, const Prompts& prompts, std::size_t copies,
                           const Choose& choose) {
  Loop loop(parts, prompts, copies);
  const Logits logits = parts.model.admit(prompts);
  if (copies == 1) {
    return loop.run(logits, choose);
  }
  const RepeatedLogits repeated(logits, copies);
  return loop.run(repeated.view(), choose);
}

}  // namespace onnxformers::generation
