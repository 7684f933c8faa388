#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "generation/options.h"

namespace onnxformers::generation {

// What the constructors of several processors ask of their parameters. All throw InvalidArgument
// that names the parameter.

/// A parameter that must be there.
double number(const Options& options, std::string_view name);
std::size_t count(const Options& options, std::string_view name, std::int64_t lowest);
Token token(const Options& options, std::string_view name);

/// A number above 0.
double positive(const Options& options, std::string_view name);
/// A number from 0 to 1, both allowed.
double share(const Options& options, std::string_view name);
/// A number between 0 and 1, neither allowed.
double proper_share(const Options& options, std::string_view name);
/// One or more tokens of at least 0.
Tokens some_tokens(const Options& options, std::string_view name);

/// What every filter of scores takes.
struct FilterParameters {
  explicit FilterParameters(const Options& options);

  float filter_value;
  std::size_t min_tokens_to_keep;
};

/// The rows of `encoder_input_ids`, at least one.
std::vector<Tokens> encoder_rows(const Options& options);
/// The encoder's row of a prompt; throws InvalidArgument when there are fewer.
const Tokens& encoder_row(const std::vector<Tokens>& encoder_ids, std::size_t prompt);

/// Whether the vocabulary has a score for the token: placeholders for images and the like have
/// none.
inline bool has_score(Token token, std::span<const float> scores) {
  return token >= 0 && static_cast<std::size_t>(token) < scores.size();
}
/// Throws InvalidArgument for a token that the vocabulary does not have.
void check_token(Token token, std::span<const float> scores, std::string_view name);

/// -inf for all of the tokens that have scores.
void forbid(std::span<const Token> tokens, std::span<float> scores);
/// -inf for all but these, which get 0.
void force(std::span<const Token> tokens, std::span<float> scores, std::string_view name);

}  // namespace onnxformers::generation
