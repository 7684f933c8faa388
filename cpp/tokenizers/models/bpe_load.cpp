#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/cpu.h"
#include "base/parallel.h"
#include "tokenizers/models/bpe.h"

namespace onnxformers::tokenizers {

namespace {

/// Reads a part of the list of merges, many at once: most of the time goes into looking up their
/// tokens.
class MergesReader {
 public:
  /// @param result by place in the list; where there is no merge it stays as it is.
  MergesReader(const Field& merges, const Vocabulary& vocabulary, std::string_view prefix,
               std::span<BpeMerges::Merge> result)
      : merges_(merges), vocabulary_(vocabulary), prefix_(prefix), result_(result) {}

  void read(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      add(i, merges_.value().element(i));
    }
    look_up();
  }

 private:
  static constexpr std::size_t kTogether = 32;

  /// A merge whose tokens are not looked up yet.
  struct Waiting {
    std::size_t index = 0;  ///< in the file
    std::array<std::string_view, 2> parts;
  };

  void add(std::size_t index, json::Value merge) {
    Waiting& waiting = waiting_[count_];
    waiting.index = index;
    if (!merge.read_strings(waiting.parts)) {
      if (merge.type() != json::Type::String) {
        fail_type(merges_.element(index));
      }
      const std::string_view text = merge.as_string(merges_.path());
      if (text.starts_with("#version")) {  // the first line of merges.txt
        return;
      }
      split(text, waiting);
    }
    if (++count_ == kTogether) {
      look_up();
    }
  }

  [[noreturn]] static void fail_type(const Field& merge) {
    const bool is_pair = merge.value().type() == json::Type::Array && merge.size() == 2;
    for (std::size_t part = 0; is_pair && part < 2; ++part) {
      (void)merge.element(part).as_string();
    }
    merge.fail("expected a string or a list of two strings");
  }

  /// Paths are only put together for messages.
  void split(std::string_view text, Waiting& merge) const {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos) {
      merges_.element(merge.index)
          .fail("\"" + shortened(text) +
                "\" is not two tokens with one space between them; tokens with "
                "spaces need the form [\"left\", \"right\"]");
    }
    merge.parts = {text.substr(0, space), text.substr(space + 1)};
  }

  void look_up() {
    std::array<std::uint32_t, kTogether> guesses;  // NOLINT: written before it is read
    std::size_t next = 2 * count_;
    for (std::size_t i = 0; i < count_; ++i) {
      const auto& [left, right] = waiting_[i].parts;
      tokens_[2 * i] = left;
      tokens_[(2 * i) + 1] = right;
      const std::string_view added = right.substr(std::min(prefix_.size(), right.size()));
      guesses[i] = guess(left, added);
      if (guesses[i] == Vocabulary::kNone) {
        tokens_[next++] = joined_[i].assign(left).append(added);
      } else {
        last_ = guesses[i];
      }
    }
    vocabulary_.find_all(std::span(tokens_).first(next), ids_);
    next = 2 * count_;
    for (std::size_t i = 0; i < count_; ++i) {
      check(i, 2 * i);
      check(i, (2 * i) + 1);
      if (guesses[i] == Vocabulary::kNone) {
        check(i, next);
        guesses[i] = ids_[next++];
      }
      if (waiting_[i].parts[0].empty() || waiting_[i].parts[1].size() <= prefix_.size()) {
        merges_.element(waiting_[i].index)
            .fail("a part is empty or only the continuing_subword_prefix");
      }
      result_[waiting_[i].index] = {
          .left = ids_[2 * i],
          .right = ids_[(2 * i) + 1],
          .merged = guesses[i],
      };
      last_ = guesses[i];
    }
    count_ = 0;
  }

  /// What comes about has mostly the id after that of the merge before, or the same one; kNone if
  /// it has to be looked up.
  [[nodiscard]] std::uint32_t guess(std::string_view left, std::string_view added) const {
    for (const std::uint32_t id : {last_ + 1, last_}) {
      const auto token = vocabulary_.token(id);
      if (vocabulary_.are_unique() && token && token->size() == left.size() + added.size() &&
          token->starts_with(left) && token->ends_with(added)) {
        return id;
      }
    }
    return Vocabulary::kNone;
  }

  void check(std::size_t merge, std::size_t token) const {
    if (ids_[token] == Vocabulary::kNone) {
      merges_.element(waiting_[merge].index)
          .fail("\"" + shortened(tokens_[token]) + "\" is not in model.vocab");
    }
  }

  const Field& merges_;
  const Vocabulary& vocabulary_;
  std::string_view prefix_;
  std::span<BpeMerges::Merge> result_;
  std::array<Waiting, kTogether> waiting_;
  std::size_t count_ = 0;
  std::uint32_t last_ = 0;  // the id that came about last
  // What is looked up together: the parts of all that wait, then what they become.
  std::array<std::string_view, 3 * kTogether> tokens_;
  std::array<std::uint32_t, 3 * kTogether> ids_{};
  std::array<std::string, kTogether> joined_;
};

std::vector<BpeMerges::Merge> read_merges(const Field& list, const Vocabulary& vocabulary,
                                          std::string_view prefix) {
  constexpr std::size_t kMany = std::size_t{1} << 15U;  // a second thread pays from here on
  const std::size_t size = list.expect(json::Type::Array).size();
  if (size > BpeMerges::kMost || vocabulary.size() > BpeMerges::kMost) {
    list.fail("more than " + std::to_string(BpeMerges::kMost) + " merges or tokens");
  }
  std::vector<BpeMerges::Merge> merges(size);
  const unsigned threads = size < kMany ? 1 : brief_threads();
  parallel_for(size, threads, [&](std::size_t begin, std::size_t end) {
    MergesReader(list, vocabulary, prefix, merges).read(begin, end);
  });
  std::erase_if(merges, [](const BpeMerges::Merge& merge) { return merge.is_missing(); });
  return merges;
}

void check_dropout(const Field& field) {
  const auto dropout = field.find("dropout");
  if (!dropout) {
    return;
  }
  const double value = dropout->value().as_number(dropout->path());
  if (value != 0) {
    dropout->fail(
        "dropout leaves out merges at random, which is for training; set it to null to encode");
  }
}

}  // namespace

std::unique_ptr<Model> Bpe::from_json(const Field& field) {
  Options options;
  if (const auto unk = field.find("unk_token")) {
    options.unk_token = unk->as_string();
  }
  options.continuing_subword_prefix = field.string_or("continuing_subword_prefix", "");
  options.end_of_word_suffix = field.string_or("end_of_word_suffix", "");
  options.fuse_unk = field.bool_or("fuse_unk", false);
  options.byte_fallback = field.bool_or("byte_fallback", false);
  options.ignore_merges = field.bool_or("ignore_merges", false);
  check_dropout(field);
  Vocabulary vocabulary = Vocabulary::from_json(field.member("vocab"));
  const std::vector<BpeMerges::Merge> merges =
      read_merges(field.member("merges"), vocabulary, options.continuing_subword_prefix);
  return std::make_unique<Bpe>(std::move(vocabulary), std::move(options), merges);
}

}  // namespace onnxformers::tokenizers
