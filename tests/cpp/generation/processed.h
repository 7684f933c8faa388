#pragma once

#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "generation/logits/factory.h"

namespace onnxformers::check {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

/// One row of tokens and scores through a processor made by its name.
inline std::vector<float> processed(std::string_view name, const generation::Options& options,
                                    const generation::Tokens& tokens, std::vector<float> scores) {
  generation::make_processor(name, options)->process(tokens, scores);
  return scores;
}

inline generation::Options with(std::vector<std::pair<std::string, generation::OptionValue>> all) {
  generation::Options options;
  for (auto& [name, value] : all) {
    options.set(name, std::move(value));
  }
  return options;
}

}  // namespace onnxformers::check
