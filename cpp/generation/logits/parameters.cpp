#include "generation/logits/parameters.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

constexpr std::string_view kPlace = "LogitsProcessor";
constexpr float kForbidden = -std::numeric_limits<float>::infinity();

[[noreturn]] void refuse(std::string_view name, const std::string& expected) {
  fail(ErrorKind::InvalidArgument, kPlace, std::string(name) + " must be " + expected);
}

template <typename T>
T needed(const std::optional<T>& value, std::string_view name) {
  if (!value) {
    fail(ErrorKind::InvalidArgument, kPlace, std::string(name) + " is missing");
  }
  return *value;
}

double checked(double value, bool is_valid, std::string_view name, const char* expected) {
  if (!is_valid) {
    refuse(name, std::string(expected) + ", got " + std::to_string(value));
  }
  return value;
}

}  // namespace

double number(const Options& options, std::string_view name) {
  return needed(options.number(name), name);
}

std::size_t count(const Options& options, std::string_view name, std::int64_t lowest) {
  return needed(options.count(name, lowest), name);
}

Token token(const Options& options, std::string_view name) {
  return static_cast<Token>(needed(options.count(name), name));
}

double positive(const Options& options, std::string_view name) {
  const double value = number(options, name);
  return checked(value, value > 0.0, name, "a number above 0");
}

double share(const Options& options, std::string_view name) {
  const double value = number(options, name);
  return checked(value, value >= 0.0 && value <= 1.0, name, "from 0 to 1");
}

double proper_share(const Options& options, std::string_view name) {
  const double value = number(options, name);
  return checked(value, value > 0.0 && value < 1.0, name, "above 0 and below 1");
}

Tokens some_tokens(const Options& options, std::string_view name) {
  Tokens tokens = options.tokens(name);
  if (tokens.empty() || std::ranges::any_of(tokens, [](Token token) { return token < 0; })) {
    refuse(name, "a token id of at least 0, or a list of them");
  }
  return tokens;
}

FilterParameters::FilterParameters(const Options& options)
    : filter_value(static_cast<float>(options.number("filter_value").value_or(kForbidden))),
      min_tokens_to_keep(options.count("min_tokens_to_keep", 1).value_or(1)) {}

std::vector<Tokens> encoder_rows(const Options& options) {
  std::vector<Tokens> rows = options.token_lists("encoder_input_ids");
  if (rows.empty()) {
    refuse("encoder_input_ids", "the ids of at least one row");
  }
  return rows;
}

const Tokens& encoder_row(const std::vector<Tokens>& encoder_ids, std::size_t prompt) {
  if (prompt >= encoder_ids.size()) {
    refuse("encoder_input_ids", "a row for each prompt, got " + std::to_string(encoder_ids.size()));
  }
  return encoder_ids[prompt];
}

void check_token(Token token, std::span<const float> scores, std::string_view name) {
  if (!has_score(token, scores)) {
    refuse(name, "of the model's vocabulary of " + std::to_string(scores.size()) + ", got " +
                     std::to_string(token));
  }
}

void forbid(std::span<const Token> tokens, std::span<float> scores) {
  for (const Token token : tokens) {
    if (has_score(token, scores)) {
      scores[static_cast<std::size_t>(token)] = kForbidden;
    }
  }
}

void force(std::span<const Token> tokens, std::span<float> scores, std::string_view name) {
  std::ranges::fill(scores, kForbidden);
  for (const Token token : tokens) {
    check_token(token, scores, name);
    scores[static_cast<std::size_t>(token)] = 0.0F;
  }
}

}  // namespace onnxformers::generation
