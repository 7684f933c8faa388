#include "generation/logits/processor_table.h"

#include <array>

#include "base/errors.h"
#include "generation/logits/classifier_free_guidance.h"
#include "generation/logits/cutoffs.h"
#include "generation/logits/exponential_decay_length_penalty.h"
#include "generation/logits/forced_tokens.h"
#include "generation/logits/inf_nan_remove.h"
#include "generation/logits/logit_normalization.h"
#include "generation/logits/min_length.h"
#include "generation/logits/no_repeat_ngram.h"
#include "generation/logits/repetition_penalty.h"
#include "generation/logits/sequence_bias.h"
#include "generation/logits/suppress_tokens.h"
#include "generation/logits/temperature.h"
#include "generation/logits/top_h.h"
#include "generation/logits/top_k.h"
#include "generation/logits/top_p.h"
#include "generation/logits/typical.h"
#include "generation/logits/whisper_time_stamp.h"

namespace onnxformers::generation {

namespace {

using Made = std::unique_ptr<LogitsProcessor>;

using P = ProcessorParameter;
constexpr P kEos{"eos_token_id", "eos_token_id", ""};
constexpr P kFiller{"filter_value", "", "-inf"};
constexpr P kKeep{"min_tokens_to_keep", "$min_tokens_to_keep", "1"};
constexpr P kEncoder{"encoder_input_ids", "$encoder_input_ids", ""};

constexpr std::array kGuidance{P{"guidance_scale", "guidance_scale", ""}};
constexpr std::array kSequenceBias{P{"sequence_bias", "sequence_bias", ""}};
constexpr std::array kEncoderPenalty{P{"penalty", "encoder_repetition_penalty", ""}, kEncoder};
constexpr std::array kPenalty{P{"penalty", "repetition_penalty", ""}};
constexpr std::array kNGram{P{"ngram_size", "no_repeat_ngram_size", ""}};
constexpr std::array kEncoderNGram{P{"encoder_ngram_size", "encoder_no_repeat_ngram_size", ""},
                                   kEncoder};
constexpr std::array kBadWords{P{"bad_words_ids", "bad_words_ids", ""},
                               P{"eos_token_id", "eos_token_id", "None"}};
constexpr std::array kMinLength{P{"min_length", "min_length", ""}, kEos};
constexpr std::array kMinNew{P{"prompt_length_to_skip", "$prompt_length", ""},
                             P{"min_new_tokens", "min_new_tokens", ""}, kEos};
constexpr std::array kForcedBos{P{"bos_token_id", "forced_bos_token_id", ""}};
constexpr std::array kForcedEos{P{"max_length", "$max_length", ""},
                                P{"eos_token_id", "forced_eos_token_id", ""}};
constexpr std::array kDecay{
    P{"exponential_decay_length_penalty", "exponential_decay_length_penalty", ""}, kEos,
    P{"input_ids_seq_length", "$prompt_length", ""}};
constexpr std::array kSuppress{P{"suppress_tokens", "suppress_tokens", ""}};
constexpr std::array kSuppressBegin{P{"begin_suppress_tokens", "begin_suppress_tokens", ""},
                                    P{"begin_index", "$begin_index", ""}};
constexpr std::array kForce{P{"force_token_map", "forced_decoder_ids", ""}};
constexpr std::array kTimeStamps{
    P{"no_timestamps_token_id", "no_timestamps_token_id", ""}, kEos,
    P{"begin_index", "$prompt_length", ""},
    P{"max_initial_timestamp_index", "max_initial_timestamp_index", "None"},
    P{"_detect_timestamp_from_logprob", "_detect_timestamp_from_logprob", "True"}};
constexpr std::array kTemperature{P{"temperature", "temperature", ""}};
constexpr std::array kTopH{P{"top_h", "top_h", ""}, kFiller};
constexpr std::array kTopK{P{"top_k", "top_k", ""}, kFiller, kKeep};
constexpr std::array kTopP{P{"top_p", "top_p", ""}, kFiller, kKeep};
constexpr std::array kMinP{P{"min_p", "min_p", ""}, kFiller, kKeep};
constexpr std::array kTypical{P{"mass", "typical_p", "0.9"}, kFiller, kKeep};
constexpr std::array kEpsilon{P{"epsilon", "epsilon_cutoff", ""}, kFiller, kKeep};
constexpr std::array kEta{P{"epsilon", "eta_cutoff", ""}, kFiller, kKeep};

// When a row is active.
bool has(const Options& options, std::string_view name) { return options.has(name); }
bool differs(const Options& options, std::string_view name, double other) {
  return options.number(name).value_or(other) != other;
}
bool is_above(const Options& options, std::string_view name, double lowest) {
  return options.number(name).value_or(lowest) > lowest;
}
bool is_below(const Options& options, std::string_view name, double highest) {
  return options.number(name).value_or(highest) < highest;
}
bool has_end(const Options& options) { return !options.tokens("eos_token_id").empty(); }
bool wants_time_stamps(const Options& options) {
  const OptionValue* value = options.value("return_timestamps");
  const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
  // "word" asks for them too.
  return value != nullptr && (flag == nullptr || *flag) && options.has("no_timestamps_token_id");
}

template <typename T>
Made make(const Options& parameters) {
  return std::make_unique<T>(parameters);
}

Made make_guidance(const Options& options, const PromptFacts& prompt) {
  if (prompt.unconditional == nullptr) {
    fail(ErrorKind::InvalidArgument, "generate",
         "guidance_scale needs a model that can be run a second time, for the negative prompt");
  }
  return std::make_unique<UnbatchedClassifierFreeGuidanceLogitsProcessor>(
      options.number("guidance_scale").value_or(1.0), *prompt.unconditional, prompt.negative);
}

Made make_prefix_constrained(const Options& /*options*/, const PromptFacts& prompt) {
  return std::make_unique<PrefixConstrainedLogitsProcessor>(prompt.allowed_tokens);
}

using O = const Options&;
using F = const PromptFacts&;

// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
// NOLINTNEXTLINE(bugprone-throwing-static-initialization): before anything else there is no memory
const std::array kTable{
    ProcessorRow{{"UnbatchedClassifierFreeGuidanceLogitsProcessor", {}},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return differs(o, "guidance_scale", 1.0); },
                 nullptr,
                 &make_guidance},
    ProcessorRow{{"SequenceBiasLogitsProcessor", kSequenceBias},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "sequence_bias"); },
                 &make<SequenceBiasLogitsProcessor>},
    ProcessorRow{{"EncoderRepetitionPenaltyLogitsProcessor", kEncoderPenalty},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return differs(o, "encoder_repetition_penalty", 1.0); },
                 &make<EncoderRepetitionPenaltyLogitsProcessor>},
    ProcessorRow{{"RepetitionPenaltyLogitsProcessor", kPenalty},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return differs(o, "repetition_penalty", 1.0); },
                 &make<RepetitionPenaltyLogitsProcessor>},
    ProcessorRow{{"NoRepeatNGramLogitsProcessor", kNGram},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return is_above(o, "no_repeat_ngram_size", 0.0); },
                 &make<NoRepeatNGramLogitsProcessor>},
    ProcessorRow{{"EncoderNoRepeatNGramLogitsProcessor", kEncoderNGram},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return is_above(o, "encoder_no_repeat_ngram_size", 0.0); },
                 &make<EncoderNoRepeatNGramLogitsProcessor>},
    ProcessorRow{{"NoBadWordsLogitsProcessor", kBadWords},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "bad_words_ids"); },
                 &make<NoBadWordsLogitsProcessor>},
    ProcessorRow{{"MinLengthLogitsProcessor", kMinLength},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return is_above(o, "min_length", 0.0) && has_end(o); },
                 &make<MinLengthLogitsProcessor>},
    ProcessorRow{{"MinNewTokensLengthLogitsProcessor", kMinNew},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return is_above(o, "min_new_tokens", 0.0) && has_end(o); },
                 &make<MinNewTokensLengthLogitsProcessor>},
    ProcessorRow{{"PrefixConstrainedLogitsProcessor", {}},
                 Stage::Processing,
                 [](O /*o*/, F prompt) { return static_cast<bool>(prompt.allowed_tokens); },
                 nullptr,
                 &make_prefix_constrained},
    ProcessorRow{{"ForcedBOSTokenLogitsProcessor", kForcedBos},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "forced_bos_token_id"); },
                 &make<ForcedBOSTokenLogitsProcessor>},
    ProcessorRow{{"ForcedEOSTokenLogitsProcessor", kForcedEos},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "forced_eos_token_id"); },
                 &make<ForcedEOSTokenLogitsProcessor>},
    ProcessorRow{{"InfNanRemoveLogitsProcessor", {}},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return o.flag("remove_invalid_values", false); },
                 &make<InfNanRemoveLogitsProcessor>},
    ProcessorRow{{"ExponentialDecayLengthPenalty", kDecay},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "exponential_decay_length_penalty"); },
                 &make<ExponentialDecayLengthPenalty>},
    ProcessorRow{{"SuppressTokensLogitsProcessor", kSuppress},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "suppress_tokens"); },
                 &make<SuppressTokensLogitsProcessor>},
    ProcessorRow{{"SuppressTokensAtBeginLogitsProcessor", kSuppressBegin},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "begin_suppress_tokens"); },
                 &make<SuppressTokensAtBeginLogitsProcessor>},
    ProcessorRow{{"ForceTokensLogitsProcessor", kForce},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return has(o, "forced_decoder_ids"); },
                 &make<ForceTokensLogitsProcessor>},
    ProcessorRow{{"WhisperTimeStampLogitsProcessor", kTimeStamps},
                 Stage::Processing,
                 [](O o, F /*prompt*/) { return wants_time_stamps(o); },
                 &make<WhisperTimeStampLogitsProcessor>},
    ProcessorRow{{"ClassifierFreeGuidanceLogitsProcessor", kGuidance},
                 Stage::Never,
                 nullptr,
                 &make<ClassifierFreeGuidanceLogitsProcessor>},
    ProcessorRow{{"TemperatureLogitsWarper", kTemperature},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return differs(o, "temperature", 1.0); },
                 &make<TemperatureLogitsWarper>},
    ProcessorRow{{"TopHLogitsWarper", kTopH},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return has(o, "top_h"); },
                 &make<TopHLogitsWarper>},
    ProcessorRow{{"TopKLogitsWarper", kTopK},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return differs(o, "top_k", 0.0); },
                 &make<TopKLogitsWarper>},
    ProcessorRow{{"TopPLogitsWarper", kTopP},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return is_below(o, "top_p", 1.0); },
                 &make<TopPLogitsWarper>},
    ProcessorRow{{"MinPLogitsWarper", kMinP},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return has(o, "min_p"); },
                 &make<MinPLogitsWarper>},
    ProcessorRow{{"TypicalLogitsWarper", kTypical},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) { return is_below(o, "typical_p", 1.0); },
                 &make<TypicalLogitsWarper>},
    ProcessorRow{{"EpsilonLogitsWarper", kEpsilon},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) {
                   return is_above(o, "epsilon_cutoff", 0.0) && is_below(o, "epsilon_cutoff", 1.0);
                 },
                 &make<EpsilonLogitsWarper>},
    ProcessorRow{{"EtaLogitsWarper", kEta},
                 Stage::Sampling,
                 [](O o, F /*prompt*/) {
                   return is_above(o, "eta_cutoff", 0.0) && is_below(o, "eta_cutoff", 1.0);
                 },
                 &make<EtaLogitsWarper>},
    ProcessorRow{{"LogitNormalization", {}},
                 Stage::Last,
                 [](O o, F /*prompt*/) { return o.flag("renormalize_logits", false); },
                 &make<LogitNormalization>},
};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

}  // namespace

std::span<const ProcessorRow> processor_table() { return kTable; }

}  // namespace onnxformers::generation
