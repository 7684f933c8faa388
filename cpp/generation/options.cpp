#include "generation/options.h"

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

constexpr std::string_view kPlace = "GenerationConfig";

[[noreturn]] void refuse(std::string_view name, std::string_view expected) {
  fail(ErrorKind::InvalidType, kPlace, std::string(name) + " must be " + std::string(expected));
}

}  // namespace

void Options::set(std::string name, OptionValue value) {
  values_.insert_or_assign(std::move(name), std::move(value));
}

const OptionValue* Options::value(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

template <typename T>
const T* Options::find(std::string_view name, const char* expected) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return nullptr;
  }
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) {
    refuse(name, expected);
  }
  return value;
}

bool Options::flag(std::string_view name, bool otherwise) const {
  const bool* value = find<bool>(name, "True or False");
  return value == nullptr ? otherwise : *value;
}

std::optional<std::int64_t> Options::integer(std::string_view name) const {
  const auto* value = find<std::int64_t>(name, "an int");
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::size_t> Options::count(std::string_view name, std::int64_t lowest) const {
  const auto value = integer(name);
  if (!value) {
    return std::nullopt;
  }
  if (*value < lowest) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::string(name) + " must be at least " + std::to_string(lowest) + ", got " +
             std::to_string(*value));
  }
  return static_cast<std::size_t>(*value);
}

std::optional<double> Options::number(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return std::nullopt;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&found->second)) {
    return static_cast<double>(*whole);
  }
  return *find<double>(name, "a number");
}

bool Options::is_text(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && std::holds_alternative<std::string>(found->second);
}

std::optional<std::string> Options::text(std::string_view name) const {
  const auto* value = find<std::string>(name, "a str");
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Tokens Options::tokens(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return {};
  }
  if (const auto* one = std::get_if<std::int64_t>(&found->second)) {
    return {*one};
  }
  return *find<Tokens>(name, "a token id or a list of them");
}

std::vector<Tokens> Options::token_lists(std::string_view name) const {
  const auto* value = find<std::vector<Tokens>>(name, "a list of lists of token ids");
  return value == nullptr ? std::vector<Tokens>() : *value;
}

std::vector<std::vector<Tokens>> Options::token_choices(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return {};
  }
  if (const auto* lists = std::get_if<std::vector<Tokens>>(&found->second)) {
    std::vector<std::vector<Tokens>> choices;
    for (const Tokens& list : *lists) {
      choices.push_back({list});
    }
    return choices;
  }
  return *find<std::vector<std::vector<Tokens>>>(
      name, "a list of lists of token ids, or of lists of such lists");
}

std::vector<std::pair<Tokens, double>> Options::biases(std::string_view name) const {
  const auto* value = find<std::vector<std::pair<Tokens, double>>>(
      name, "a list of pairs of token ids and a number");
  return value == nullptr ? std::vector<std::pair<Tokens, double>>() : *value;
}

}  // namespace onnxformers::generation
