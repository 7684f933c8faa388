#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "generation/stopping/eos.h"
#include "generation/stopping/factory.h"
#include "generation/stopping/interrupt.h"
#include "generation/stopping/limits.h"
#include "generation/stopping/stop_strings.h"

namespace {

using onnxformers::ErrorKind;
using namespace onnxformers::generation;

/// Tokens that are pieces of text.
class Pieces final : public TokenText {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  [[nodiscard]] std::string_view bytes(Token token) const override {
    return pieces_[static_cast<std::size_t>(token)];
  }
  [[nodiscard]] std::string joined(const Tokens& tokens) const {
    std::string all;
    for (const Token token : tokens) {
      all += bytes(token);
    }
    return all;
  }

 private:
  std::vector<std::string> pieces_;
};

bool ends(const StoppingCriterion& criterion, const Tokens& tokens) {
  const Sequences sequences({.ids = tokens, .rows = 1, .length = tokens.size()}, tokens.size());
  std::vector<char> done(1);
  criterion.check(sequences, {}, done);
  return done[0] != 0;
}

/// By its definition: some part of the text that ends in the last token is a stop string.
bool ends_twin(const std::vector<std::string>& strings, const Pieces& text, const Tokens& tokens) {
  const std::string all = text.joined(tokens);
  const std::size_t before = all.size() - text.bytes(tokens.back()).size();
  for (const std::string& string : strings) {
    for (std::size_t at = 0; at + string.size() <= all.size(); ++at) {
      if (all.substr(at, string.size()) == string && at + string.size() > before) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

TEST(a_stop_string_may_be_spread_over_tokens_and_overhang) {
  const Pieces text({"st", "op", "stop", "opera", "sto", "pper", "las", "topper", "s", "to", "pped",
                     "at", "tion", ""});
  const StopStrings criterion({"stop"}, text);
  for (const Tokens& tokens : std::vector<Tokens>{{0, 1},
                                                  {2},
                                                  {0, 3},
                                                  {4, 5},
                                                  {6, 7},
                                                  {8, 9, 10},
                                                  {11, 0, 1},
                                                  // A token without text changes nothing.
                                                  {0, 13, 1}}) {
    CHECK(ends(criterion, tokens));
  }
  for (const Tokens& tokens : std::vector<Tokens>{
           {2, 11}, {0, 1, 11}, {0, 3, 12}, {0}, {1}, {1, 0}, {0, 11, 1}, {2, 13}}) {
    CHECK(!ends(criterion, tokens));
  }
}

TEST(stop_strings_are_found_as_in_the_whole_text) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  const auto word = [&](std::size_t longest) {
    std::string letters;
    for (std::size_t size = 1 + below(longest); letters.size() < size;) {
      letters += static_cast<char>('a' + below(2));
    }
    return letters;
  };
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    const Pieces text({word(4), word(4), word(4), ""});
    const std::vector<std::string> strings{word(7), word(7)};
    Tokens tokens;
    for (std::size_t size = 1 + below(8); tokens.size() < size;) {
      tokens.push_back(static_cast<Token>(below(4)));
    }
    const bool expected = ends_twin(strings, text, tokens);
    found += expected ? 1 : 0;
    CHECK_EQUAL(ends(StopStrings(strings, text), tokens), expected);
  }
  CHECK(found > 300 && found < 2700);
}

TEST(stop_strings_must_be_texts) {
  const Pieces text({"a"});
  CHECK_ERROR(ErrorKind::InvalidArgument, "stop_strings", StopStrings({}, text));
  CHECK_ERROR(ErrorKind::InvalidArgument, "none of them empty", StopStrings({"a", ""}, text));
}

TEST(a_flag_interrupts_all_rows) {
  const auto flag = std::make_shared<std::atomic<bool>>(false);
  const Interrupt criterion(flag);
  CHECK(!ends(criterion, {1}));
  flag->store(true);
  CHECK(ends(criterion, {1}));
}

TEST(limits_and_end_tokens) {
  CHECK(!ends(MaxLength(3), {1, 2}));
  CHECK(ends(MaxLength(3), {1, 2, 3}));
  CHECK(ends(MaxTime(0), {1}));
  CHECK(!ends(MaxTime(1e300), {1}));
  CHECK(ends(EosToken({5, 2}), {1, 2}));
  CHECK(!ends(EosToken({5, 2}), {2, 1}));
}

TEST(options_ask_for_criteria) {
  Options options;
  CHECK(make_criteria(options).empty());
  options.set("max_length", std::int64_t{3});
  options.set("eos_token_id", Tokens{5, 2});
  options.set("max_time", 1e300);
  const auto criteria = make_criteria(options);
  CHECK_EQUAL(criteria.size(), std::size_t{3});
  const auto end = [&](const Tokens& tokens) {
    return std::ranges::any_of(criteria, [&](const auto& each) { return ends(*each, tokens); });
  };
  CHECK(!end({1, 1}));
  CHECK(end({1, 5}));
  CHECK(end({1, 1, 1}));
}
