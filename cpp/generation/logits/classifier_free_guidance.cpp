#include "generation/logits/classifier_free_guidance.h"

#include <string>

#include "base/errors.h"
#include "generation/logits/parameters.h"
#include "generation/sampling.h"

namespace onnxformers::generation {

namespace {

constexpr std::string_view kPlace = "ClassifierFreeGuidance";

void guide(std::span<float> scores, std::span<const float> unconditional, float scale) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = unconditional[i] + ((scores[i] - unconditional[i]) * scale);
  }
}

std::vector<Token> last_tokens(const Sequences& sequences) {
  std::vector<Token> tokens(sequences.rows());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = sequences.row(i).back();
  }
  return tokens;
}

}  // namespace

ClassifierFreeGuidanceLogitsProcessor::ClassifierFreeGuidanceLogitsProcessor(const Options& options)
    : scale_(static_cast<float>(number(options, "guidance_scale"))) {
  if (!(scale_ > 1.0F)) {
    fail(ErrorKind::InvalidArgument, kPlace, "guidance_scale must be above 1");
  }
}

void ClassifierFreeGuidanceLogitsProcessor::process_rows(const Sequences& sequences,
                                                         const Logits& logits) {
  const std::size_t half = sequences.rows();
  if (logits.rows != 2 * half) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "expected twice as many rows of scores as of tokens, got " + std::to_string(logits.rows) +
             " and " + std::to_string(half));
  }
  for (std::size_t i = 0; i < half; ++i) {
    guide(logits.row(i), logits.row(half + i), scale_);
  }
}

void ClassifierFreeGuidanceLogitsProcessor::process(std::span<const Token> /*tokens*/,
                                                    std::span<float> scores) {
  const std::size_t half = scores.size() / 2;
  guide(scores.first(half), scores.subspan(half), scale_);
}

UnbatchedClassifierFreeGuidanceLogitsProcessor::UnbatchedClassifierFreeGuidanceLogitsProcessor(
    double guidance_scale, StepModel& model, const Prompts& negative)
    : scale_(static_cast<float>(guidance_scale)),
      model_(model),
      negative_ids_(negative.ids.begin(), negative.ids.end()),
      negative_mask_(negative.mask.begin(), negative.mask.end()),
      negative_{.ids = negative_ids_,
                .mask = negative_mask_,
                .rows = negative.rows,
                .length = negative.length} {}

Logits UnbatchedClassifierFreeGuidanceLogitsProcessor::unconditional(const Sequences& sequences) {
  const std::vector<Token> last = last_tokens(sequences);
  if (!is_first_) {
    return model_.step(last, {});
  }
  is_first_ = false;
  return model_.admit(negative_.rows == 0
                          ? Prompts{.ids = last, .mask = {}, .rows = last.size(), .length = 1}
                          : negative_);
}

void UnbatchedClassifierFreeGuidanceLogitsProcessor::process_rows(const Sequences& sequences,
                                                                  const Logits& logits) {
  const Logits other = unconditional(sequences);
  if (other.rows != logits.rows || other.vocab_size != logits.vocab_size) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "negative prompts must be as many as the rows that are generated: expected " +
             std::to_string(logits.rows) + ", got " + std::to_string(other.rows));
  }
  for (std::size_t i = 0; i < logits.rows; ++i) {
    log_softmax_in_place(logits.row(i));
    log_softmax_in_place(other.row(i));
    guide(logits.row(i), other.row(i), scale_);
  }
}

void UnbatchedClassifierFreeGuidanceLogitsProcessor::process(std::span<const Token> /*tokens*/,
                                                             std::span<float> /*scores*/) {
  fail(ErrorKind::Internal, kPlace, "guidance needs all rows of a step at once");
}

}  // namespace onnxformers::generation
