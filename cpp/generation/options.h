#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

using Tokens = std::vector<Token>;

/// What a generation option may hold. Python's None is an absent option.
using OptionValue =
    std::variant<bool, std::int64_t, double, std::string, Tokens, std::vector<Tokens>,
                 std::vector<std::vector<Tokens>>, std::vector<std::pair<Tokens, double>>>;

/// The options of a generation by their names in GenerationConfig, as Python has merged and checked
/// them. Each processor and search reads its own, so that a new one needs no binding.
/// All getters throw InvalidType naming the option when it holds something else.
class Options {
 public:
  void set(std::string name, OptionValue value);
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  /// Of any type; none when absent.
  [[nodiscard]] const OptionValue* value(std::string_view name) const;

  [[nodiscard]] bool flag(std::string_view name, bool otherwise) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  /// An integer of at least `lowest`; throws InvalidArgument for a lower one.
  [[nodiscard]] std::optional<std::size_t> count(std::string_view name,
                                                 std::int64_t lowest = 0) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  /// Whether it is a text: for options that take a flag or a word.
  [[nodiscard]] bool is_text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// One token or a list of them; empty when absent.
  [[nodiscard]] Tokens tokens(std::string_view name) const;
  [[nodiscard]] std::vector<Tokens> token_lists(std::string_view name) const;
  /// Lists of lists of tokens; a list of tokens among them is a list of one.
  [[nodiscard]] std::vector<std::vector<Tokens>> token_choices(std::string_view name) const;
  [[nodiscard]] std::vector<std::pair<Tokens, double>> biases(std::string_view name) const;

 private:
  template <typename T>
  [[nodiscard]] const T* find(std::string_view name, const char* expected) const;

  std::map<std::string, OptionValue, std::less<>> values_;
};

}  // namespace onnxformers::generation
