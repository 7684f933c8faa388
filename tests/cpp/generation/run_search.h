#pragma once

#include <memory>
#include <vector>

#include "generation/fake_model.h"
#include "generation/search/search.h"
#include "generation/stopping/eos.h"
#include "generation/stopping/limits.h"

namespace onnxformers::check {

constexpr std::size_t kVocabulary = 11;
constexpr Token kEos = 4;
constexpr Token kPad = 0;

inline generation::Options options_of(std::int64_t max_length) {
  generation::Options options;
  options.set("max_length", max_length);
  options.set("eos_token_id", kEos);
  options.set("pad_token_id", kPad);
  return options;
}

/// The search that the options ask for, with the criteria of the options and no processors.
inline generation::SearchResult run(FakeModel& model, const generation::Options& options,
                                    const std::vector<Token>& ids, std::size_t rows,
                                    FakeModel* draft = nullptr) {
  using namespace generation;
  const LogitsProcessors none;
  StoppingCriteria stopping;
  stopping.push_back(std::make_unique<MaxLength>(options.count("max_length").value()));
  stopping.push_back(std::make_unique<EosToken>(options.tokens("eos_token_id")));
  const SearchParts parts{.model = &model,
                          .options = options,
                          .processors = none,
                          .warpers = none,
                          .stopping = stopping,
                          .draft = draft};
  return search(parts, {.ids = ids, .rows = rows, .length = ids.size() / rows});
}

inline generation::SearchResult run(const Scores& scores, const generation::Options& options,
                                    const std::vector<Token>& ids, std::size_t rows) {
  FakeModel model(scores);
  return run(model, options, ids, rows);
}

}  // namespace onnxformers::check
