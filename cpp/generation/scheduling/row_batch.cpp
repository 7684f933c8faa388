#include "generation/scheduling/row_batch.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "generation/scheduling/joint_prompts.h"

namespace onnxformers::generation {

namespace {

Logits slice(const Logits& logits, std::size_t first, std::size_t rows) {
  return {logits.row(first).data(), rows, logits.vocab_size, logits.stride};
}

/// All tokens of a search so far, as prompts.
struct Resumed {
  explicit Resumed(const RowSearch& search, const Prompts& begun) {
    const Sequences& sequences = search.sequences();
    for (std::size_t i = 0; i < sequences.rows(); ++i) {
      std::ranges::copy(sequences.row(i), std::back_inserter(ids));
      const std::size_t length = sequences.prompt_length();
      if (begun.mask.empty()) {
        mask.insert(mask.end(), length, 1);
      } else {
        std::ranges::copy(begun.mask.subspan(sequences.prompt_of(i) * length, length),
                          std::back_inserter(mask));
      }
      mask.insert(mask.end(), sequences.length() - length, 1);
    }
    prompts = {.ids = ids, .mask = mask, .rows = sequences.rows(), .length = sequences.length()};
  }

  std::vector<Token> ids;
  std::vector<std::int64_t> mask;
  Prompts prompts;
};

}  // namespace

void RowBatch::Running::fail() noexcept {
  is_over = true;
  request->fail(std::current_exception());
}

void RowBatch::Running::advance(const Logits& logits) noexcept {
  try {
    if (search->advance(logits)) {
      SearchResult result = search->finish();
      is_over = true;
      request->finish(std::move(result));
    }
  } catch (...) {
    fail();
  }
}

bool RowBatch::has_room(const Request& request,
                        std::span<const std::unique_ptr<Request>> coming) const {
  std::size_t rows = request.rows();
  std::size_t longest = request.longest();
  const auto add = [&](const Request& other) {
    rows += other.rows();
    longest = std::max(longest, other.longest());
  };
  for (const auto& running : running_) {
    add(*running->request);
  }
  for (const auto& other : coming) {
    add(*other);
  }
  return rows <= limits_.rows && rows * longest <= limits_.tokens;
}

void RowBatch::admit(std::vector<std::unique_ptr<Request>> requests) {
  std::ranges::stable_sort(requests, {}, [](const auto& each) { return each->prompts().length; });
  std::vector<Prompts> prompts;
  std::ranges::transform(requests, std::back_inserter(prompts),
                         [](const auto& each) { return each->prompts(); });
  for (std::span rest(prompts); !rest.empty();) {
    const std::size_t count = joint_count(rest);
    RunningRequests group;
    for (auto& request : std::span(requests).last(rest.size()).first(count)) {
      group.push_back(std::make_unique<Running>(std::move(request)));
    }
    read(std::move(group), rest.first(count));
    rest = rest.subspan(count);
  }
  drop_ended();
}

/// Reads what the requests begin or go on with: those that go on afterwards are running.
void RowBatch::read(RunningRequests group, std::span<const Prompts> prompts) {
  Logits logits;
  std::size_t first = 0;
  try {
    for (const auto& each : group) {
      if (!each->search) {
        each->search.emplace(each->request->parts(), each->request->prompts());
      }
    }
    model_ = model_ == nullptr ? open_() : std::move(model_);
    first = model_->rows();
    logits = model_->admit(group.size() == 1 ? prompts[0] : JointPrompts(prompts).view());
  } catch (...) {
    if (group.size() == 1) {
      group.front()->fail();
      return;
    }
    // One of them may be what is wrong.
    for (std::size_t i = 0; i < group.size(); ++i) {
      RunningRequests alone;
      alone.push_back(std::move(group[i]));
      read(std::move(alone), prompts.subspan(i, 1));
    }
    return;
  }
  std::size_t row = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    Running& running = *group[i];
    running.first_row = first + row;
    running.model_rows = prompts[i].rows;
    running.advance(slice(logits, row, running.model_rows));
    row += running.model_rows;
  }
  std::ranges::move(group, std::back_inserter(running_));
}

void RowBatch::step() {
  drop_stopped();
  if (empty()) {
    return;
  }
  try {
    run();
  } catch (...) {
    if (running_.size() == 1) {
      running_.front()->fail();
    } else {
      read_again();
    }
  }
  drop_ended();
}

void RowBatch::run() {
  tokens_.clear();
  parents_.clear();
  for (const auto& running : running_) {
    const RowSearch& search = *running->search;
    std::ranges::copy(search.tokens(), std::back_inserter(tokens_));
    for (std::size_t i = 0; i < search.rows(); ++i) {
      parents_.push_back(running->first_row + (i * running->model_rows / search.rows()));
    }
  }
  const Logits logits = model_->step(tokens_, parents_);
  std::size_t row = 0;
  for (const auto& running : running_) {
    running->first_row = row;
    running->model_rows = running->search->rows();
    running->advance(slice(logits, row, running->model_rows));
    row += running->model_rows;
  }
}

/// After a step that failed, for one of them perhaps: each goes on by itself, and joins the others
/// if it can.
void RowBatch::read_again() {
  model_.reset();
  for (auto& running : std::exchange(running_, {})) {
    const Resumed resumed(*running->search, running->request->prompts());
    RunningRequests alone;
    alone.push_back(std::move(running));
    read(std::move(alone), {&resumed.prompts, 1});
  }
}

void RowBatch::drop_stopped() {
  for (const auto& running : running_) {
    try {
      running->request->check();
    } catch (...) {
      running->fail();
    }
  }
  drop_ended();
}

void RowBatch::drop_ended() {
  std::erase_if(running_, [](const auto& running) { return running->is_over; });
  if (running_.empty()) {
    model_.reset();
  }
}

}  // namespace onnxformers::generation
