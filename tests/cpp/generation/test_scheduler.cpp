// Requests that run as one batch write what each writes alone.

#include <atomic>
#include <map>
#include <optional>
#include <thread>

#include "check.h"
#include "generation/run_search.h"
#include "generation/scheduling/joint_prompts.h"
#include "generation/scheduling/scheduler.h"

using namespace onnxformers;
using namespace onnxformers::check;
using namespace onnxformers::generation;

namespace {

/// What became of a request.
struct Outcome {
  std::optional<SearchResult> result;
  std::exception_ptr error;
};

class TestRequest final : public Request {
 public:
  TestRequest(Options options, std::vector<Token> ids, std::size_t rows, Outcome& outcome)
      : options_(std::move(options)), ids_(std::move(ids)), outcome_(outcome) {
    stopping_.push_back(std::make_unique<MaxLength>(options_.count("max_length").value()));
    stopping_.push_back(std::make_unique<EosToken>(options_.tokens("eos_token_id")));
    parts_.emplace(SearchParts{.model = nullptr,
                               .options = options_,
                               .processors = none_,
                               .warpers = none_,
                               .stopping = stopping_});
    prompts_ = {.ids = ids_, .rows = rows, .length = ids_.size() / rows};
  }

  [[nodiscard]] const SearchParts& parts() const override { return *parts_; }
  [[nodiscard]] const Prompts& prompts() const override { return prompts_; }
  void check() const override {
    if (stop != nullptr && *stop) {
      onnxformers::fail(ErrorKind::Cancelled, "test", "stopped");
    }
  }
  void finish(SearchResult result) noexcept override { outcome_.result = std::move(result); }
  void fail(std::exception_ptr error) noexcept override { outcome_.error = std::move(error); }

  std::atomic<bool>* stop = nullptr;

 private:
  Options options_;
  std::vector<Token> ids_;
  Outcome& outcome_;
  LogitsProcessors none_;
  StoppingCriteria stopping_;
  std::optional<SearchParts> parts_;
  Prompts prompts_;
};

/// A few kinds of requests.
struct Asked {
  explicit Asked(std::size_t number) : options(options_of(9 + static_cast<Token>(number % 7))) {
    rows = number % 3 == 1 ? 2 : 1;
    const std::size_t length = 1 + number % 4;
    for (std::size_t i = 0; i < rows * length; ++i) {
      ids.push_back(static_cast<Token>(5 + (number + i) % 6));
    }
    if (number % 2 == 1) {
      options.set("do_sample", true);
      options.set("seed", static_cast<std::int64_t>(number));
    }
    if (number % 4 == 3) {
      options.set("num_return_sequences", std::int64_t{3});
    }
  }

  [[nodiscard]] std::unique_ptr<TestRequest> request(Outcome& outcome) const {
    return std::make_unique<TestRequest>(options, ids, rows, outcome);
  }
  [[nodiscard]] std::vector<Tokens> alone() const {
    return run(scrambled(kVocabulary), options, ids, rows).sequences;
  }

  Options options;
  std::vector<Token> ids;
  std::size_t rows = 1;
};

RowBatch::OpenModel fake(const Scores& scores) {
  return [scores] { return std::make_unique<FakeModel>(scores); };
}

constexpr BatchLimits kWide{.rows = 100, .tokens = 10'000};

/// Fails for rows that hold this token.
Scores broken_at(Token token) {
  return [token, right = scrambled(kVocabulary)](const std::vector<Token>& tokens) {
    if (std::ranges::find(tokens, token) != tokens.end()) {
      fail(ErrorKind::Session, "test", "broken");
    }
    return right(tokens);
  };
}

void check_kind(const Outcome& outcome, ErrorKind kind) {
  CHECK(outcome.error != nullptr);
  CHECK_ERROR(kind, "", std::rethrow_exception(outcome.error));
}

}  // namespace

TEST(requests_that_come_and_go_write_what_each_writes_alone) {
  for (std::size_t gap = 0; gap < 5; ++gap) {
    RowBatch batch(fake(scrambled(kVocabulary)), kWide);
    std::vector<Outcome> outcomes(24);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      std::vector<std::unique_ptr<Request>> coming;
      coming.push_back(Asked(i).request(outcomes[i]));
      if (i % 5 == 0 && i + 1 < outcomes.size()) {
        ++i;
        coming.push_back(Asked(i).request(outcomes[i]));
      }
      batch.admit(std::move(coming));
      for (std::size_t j = 0; j < gap; ++j) {
        batch.step();
      }
    }
    while (!batch.empty()) {
      batch.step();
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      CHECK(outcomes[i].result.has_value());
      CHECK(outcomes[i].result->sequences == Asked(i).alone());
    }
  }
}

TEST(a_request_that_stops_leaves_the_others) {
  RowBatch batch(fake(scrambled(kVocabulary)), kWide);
  std::size_t number = 0;
  while (Asked(number).alone().front().size() < 8) {
    ++number;
  }
  std::vector<Outcome> outcomes(3);
  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<Request>> coming;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    auto request = Asked(number).request(outcomes[i]);
    request->stop = i == 1 ? &stop : nullptr;
    coming.push_back(std::move(request));
  }
  batch.admit(std::move(coming));
  batch.step();
  stop = true;
  batch.step();
  CHECK_EQUAL(batch.requests(), std::size_t{2});
  check_kind(outcomes[1], ErrorKind::Cancelled);
  while (!batch.empty()) {
    batch.step();
  }
  CHECK(outcomes[0].result->sequences == Asked(number).alone());
  CHECK(outcomes[2].result->sequences == Asked(number).alone());
}

TEST(a_run_that_fails_for_one_request_is_made_again_for_the_others) {
  // Of each token one request or another writes it, or has it in its prompt.
  for (Token token = 0; token < static_cast<Token>(kVocabulary); ++token) {
    RowBatch batch(fake(broken_at(token)), kWide);
    std::vector<Outcome> outcomes(12);
    std::vector<std::unique_ptr<Request>> coming;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      coming.push_back(Asked(i).request(outcomes[i]));
    }
    batch.admit(std::move(coming));
    while (!batch.empty()) {
      batch.step();
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto alone = Asked(i).alone();
      const bool is_hit = std::ranges::any_of(alone, [&](const Tokens& row) {
        // The last token is not read, nor what fills the row.
        const auto end = std::ranges::find(row, kEos);
        return std::ranges::find(row.begin(), end == row.end() ? end - 1 : end, token) !=
               (end == row.end() ? end - 1 : end);
      });
      if (outcomes[i].result) {
        CHECK(outcomes[i].result->sequences == alone);
      } else {
        check_kind(outcomes[i], ErrorKind::Session);
      }
      if (alone.size() == 1) {
        CHECK_EQUAL(outcomes[i].result.has_value(), !is_hit);
      }
    }
  }
}

TEST(limits_hold_requests_back) {
  Outcome outcome;
  const RowBatch batch(fake(scrambled(kVocabulary)), {.rows = 3, .tokens = 40});
  std::vector<std::unique_ptr<Request>> coming;
  CHECK(batch.has_room(*Asked(0).request(outcome), coming));
  coming.push_back(Asked(1).request(outcome));  // two rows of 10
  CHECK(batch.has_room(*Asked(0).request(outcome), coming));
  CHECK(!batch.has_room(*Asked(1).request(outcome), coming));
  CHECK(!batch.has_room(*Asked(6).request(outcome), coming));  // three of 15
}

TEST(a_queue_says_why_it_takes_no_request) {
  Outcome outcome;
  Scheduler scheduler(fake(scrambled(kVocabulary)), {.rows = 3, .tokens = 40}, 1);
  Options beams = options_of(9);
  beams.set("num_beams", std::int64_t{2});
  const std::vector<Token> ids{5, 6};
  const auto submit = [&](const Options& options, std::size_t rows) {
    return scheduler.submit(std::make_unique<TestRequest>(options, ids, rows, outcome));
  };
  CHECK_ERROR(ErrorKind::InvalidArgument, "beside other requests", submit(beams, 1));
  CHECK_ERROR(ErrorKind::InvalidArgument, "leaves none to generate", submit(options_of(1), 1));
  CHECK_ERROR(ErrorKind::InvalidArgument, "max_tokens", submit(options_of(21), 2));
  CHECK(submit(options_of(9), 1));
  CHECK_EQUAL(scheduler.load().waiting, std::size_t{1});
  CHECK(!submit(options_of(9), 1));
  scheduler.close();
  CHECK_ERROR(ErrorKind::Closed, "closed", submit(options_of(9), 1));
  scheduler.run();
  CHECK(outcome.result.has_value());
}

TEST(requests_of_many_threads_are_all_answered) {
  Scheduler scheduler(fake(scrambled(kVocabulary)), {.rows = 7, .tokens = 200}, 1000);
  std::thread worker([&] { scheduler.run(); });
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 25;
  std::vector<Outcome> outcomes(kThreads * kEach);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t * kEach; i < (t + 1) * kEach; ++i) {
        CHECK(scheduler.submit(Asked(i).request(outcomes[i])));
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  scheduler.close();
  worker.join();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    CHECK(outcomes[i].result.has_value());
    CHECK(outcomes[i].result->sequences == Asked(i).alone());
  }
}

TEST(prompts_are_read_together_where_padding_costs_little) {
  const std::vector<Token> ids(3000, 1);
  const auto prompt = [&](std::size_t length) {
    return Prompts{.ids = std::span(ids).first(length), .rows = 1, .length = length};
  };
  const std::vector short_ones{prompt(1), prompt(8), prompt(20)};
  CHECK_EQUAL(joint_count(short_ones), std::size_t{3});
  const std::vector uneven{prompt(5), prompt(300), prompt(310), prompt(3000)};
  CHECK_EQUAL(joint_count(uneven), std::size_t{1});
  CHECK_EQUAL(joint_count(std::span(uneven).subspan(1)), std::size_t{2});
  const JointPrompts joint{std::span(short_ones).first(2)};
  CHECK_EQUAL(joint.view().length, std::size_t{8});
  CHECK(std::ranges::count(joint.view().mask, 0) == 7);
  CHECK_EQUAL(joint.view().mask[7], std::int64_t{1});
}
