#include "generation/stopping/factory.h"

#include "generation/stopping/eos.h"
#include "generation/stopping/limits.h"

namespace onnxformers::generation {

StoppingCriteria make_criteria(const Options& options) {
  StoppingCriteria criteria;
  if (const auto length = options.count("max_length")) {
    criteria.push_back(std::make_unique<MaxLength>(*length));
  }
  if (const auto seconds = options.number("max_time")) {
    criteria.push_back(std::make_unique<MaxTime>(*seconds));
  }
  if (Tokens ends = options.tokens("eos_token_id"); !ends.empty()) {
    criteria.push_back(std::make_unique<EosToken>(std::move(ends)));
  }
  return criteria;
}

}  // namespace onnxformers::generation
