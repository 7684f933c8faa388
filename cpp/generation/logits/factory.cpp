#include "generation/logits/factory.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/errors.h"
#include "generation/logits/processor_table.h"

namespace onnxformers::generation {

namespace {

std::int64_t as_option(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Where what a decoder begins with is over: not first is what the options force first.
std::int64_t begin_index(const Options& options, std::size_t prompt_length) {
  std::int64_t index = as_option(prompt_length);
  index += prompt_length <= 1 && options.has("forced_bos_token_id") ? 1 : 0;
  const auto forced = options.token_lists("forced_decoder_ids");
  return forced.empty() || forced.back().empty() ? index : index + forced.back().front();
}

/// With beams one token that does not end the text stays beside those that do.
std::int64_t min_tokens_to_keep(const Options& options) {
  if (options.count("num_beams").value_or(1) <= 1) {
    return 1;
  }
  return as_option(std::max<std::size_t>(options.tokens("eos_token_id").size(), 1) + 1);
}

std::vector<Tokens> rows_of(std::span<const Token> ids, std::size_t rows) {
  std::vector<Tokens> lists(rows);
  const std::size_t length = rows == 0 ? 0 : ids.size() / rows;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = ids.subspan(i * length, length);
    lists[i].assign(row.begin(), row.end());
  }
  return lists;
}

/// The options, and what rows of the table call $name.
Options with_facts(Options options, const PromptFacts& prompt) {
  const auto new_tokens = options.integer("max_new_tokens");
  if (new_tokens) {
    options.set("$max_length", as_option(prompt.length) + *new_tokens);
  } else if (const auto length = options.integer("max_length")) {
    options.set("$max_length", *length);
  }
  options.set("$prompt_length", as_option(prompt.length));
  options.set("$begin_index", begin_index(options, prompt.length));
  options.set("$min_tokens_to_keep", min_tokens_to_keep(options));
  options.set("$encoder_input_ids", rows_of(prompt.encoder_ids, prompt.encoder_rows));
  return options;
}

Options parameters_of(const ProcessorInfo& info, const Options& options) {
  Options parameters;
  for (const ProcessorParameter& parameter : info.parameters) {
    const OptionValue* value = options.value(parameter.option);
    if (value != nullptr) {
      parameters.set(std::string(parameter.name), *value);
    }
  }
  return parameters;
}

void append(Stage stage, const Options& options, const PromptFacts& prompt, LogitsProcessors& out) {
  for (const ProcessorRow& row : processor_table()) {
    if (row.stage == stage && row.is_active(options, prompt)) {
      out.push_back(row.make == nullptr ? row.make_for(options, prompt)
                                        : row.make(parameters_of(row.info, options)));
    }
  }
}

}  // namespace

LogitsProcessors make_processors(const Options& options, const PromptFacts& prompt,
                                 LogitsProcessors own) {
  const Options all = with_facts(options, prompt);
  LogitsProcessors made;
  append(Stage::Processing, all, prompt, made);
  std::ranges::move(own, std::back_inserter(made));
  if (!options.flag("do_sample", false)) {
    append(Stage::Last, all, prompt, made);
  }
  return made;
}

LogitsProcessors make_warpers(const Options& options) {
  const Options all = with_facts(options, {});
  LogitsProcessors made;
  append(Stage::Sampling, all, {}, made);
  append(Stage::Last, all, {}, made);
  return made;
}

std::unique_ptr<LogitsProcessor> make_processor(std::string_view name, const Options& options) {
  for (const ProcessorRow& row : processor_table()) {
    if (row.info.name == name && row.make != nullptr) {
      return row.make(options);
    }
  }
  fail(ErrorKind::InvalidArgument, "LogitsProcessor",
       "there is no logits processor '" + std::string(name) + "' that options alone can make");
}

std::vector<ProcessorInfo> processor_infos() {
  std::vector<ProcessorInfo> infos;
  for (const ProcessorRow& row : processor_table()) {
    if (row.make != nullptr) {
      infos.push_back(row.info);
    }
  }
  return infos;
}

}  // namespace onnxformers::generation
