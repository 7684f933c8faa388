#include "generation/search/row_search.h"

#include "generation/sampling.h"

namespace onnxformers::generation {

namespace {

/// Rows of each prompt.
std::size_t copies_of(const Options& options) {
  return options.count("num_return_sequences", 1).value_or(1);
}

}  // namespace

RowSearch::RowSearch(const SearchParts& parts, const Prompts& prompts)
    : copies_(copies_of(parts.options)),
      open_(parts, prompts, copies_),
      sampler_(parts.warpers, parts.options.flag("output_scores", false)),
      uniform_(parts.options, copies_),
      is_drawn_(parts.options.flag("do_sample", false)),
      tokens_(prompts.rows * copies_) {}

bool RowSearch::advance(Logits logits) {
  if (logits.rows != rows()) {
    logits = repeated_.emplace(logits, copies_).view();
  }
  open_.process(logits);
  choose(logits);
  open_.record(logits);
  repeated_.reset();
  return open_.append(tokens_, logits);
}

void RowSearch::choose(const Logits& logits) {
  const std::size_t step = open_.steps();
  for (std::size_t i = 0; i < rows(); ++i) {
    if (open_.done()[i] == 0) {
      tokens_[i] =
          is_drawn_ ? sampler_.sample(logits.row(i), uniform_(i, step)) : argmax(logits.row(i));
    }
  }
}

SearchResult row_search(const SearchParts& parts, const Prompts& prompts) {
  RowSearch rows(parts, prompts);
  // The model has read each prompt once: its first step repeats the rows.
  std::vector<std::size_t> parents;
  for (std::size_t i = 0; rows.rows() > prompts.rows && i < rows.rows(); ++i) {
    parents.push_back(i * prompts.rows / rows.rows());
  }
  Logits logits = parts.model->admit(prompts);
  while (!rows.advance(logits)) {
    logits = parts.model->step(rows.tokens(), parents);
    parents.clear();
  }
  return rows.finish();
}

}  // namespace onnxformers::generation
