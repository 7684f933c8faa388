#include "tokenizers/byte_level_pipeline.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/parallel.h"
#include "tokenizers/byte_alphabet.h"
#include "tokenizers/byte_level_pass.h"
#include "tokenizers/normalizers/sequence.h"
#include "tokenizers/normalizers/unicode_form.h"
#include "tokenizers/pre_tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/digits.h"
#include "tokenizers/pre_tokenizers/sequence.h"
#include "tokenizers/pre_tokenizers/split.h"
#include "tokenizers/radix_sort.h"
#include "tokenizers/scanners/known_patterns.h"

namespace onnxformers::tokenizers {

namespace {

/// Nothing, or a sequence of nothing.
bool is_absent(const Normalizer* normalizer) {
  const auto* sequence = dynamic_cast<const NormalizerSequence*>(normalizer);
  return normalizer == nullptr || (sequence != nullptr && sequence->steps().empty());
}

/// The regular expression of a step that sets its matches apart, empty for another step.
std::string_view isolated(const PreTokenizer* step) {
  const auto* split = dynamic_cast<const Split*>(step);
  const bool is_isolated = split != nullptr && split->pattern().is_regex() &&
                           split->behavior() == SplitBehavior::Isolated && !split->invert();
  return is_isolated ? split->pattern().source() : std::string_view();
}

bool is_nfc(const Normalizer* normalizer) {
  const auto* form = dynamic_cast<const UnicodeForm*>(normalizer);
  return form != nullptr && form->kind().inert == unicode::InertNfc;
}

}  // namespace

template <typename Pattern>
const ByteLevelPipeline::Runner* ByteLevelPipeline::runner_of() {
  static constexpr Runner runner{
      .encode_ids =
          [](const ByteLevelPipeline& pipeline, std::string_view text, std::size_t limit,
             std::vector<std::uint32_t>& ids) {
            return Pass<Pattern, false>(pipeline, text, 0,
                                        {.ids = &ids, .tokens = nullptr, .next_word = nullptr})
                .run(limit);
          },
      .encode_with_offsets =
          [](const ByteLevelPipeline& pipeline, std::string_view text,
             std::uint32_t first_character, std::size_t limit, Tokens& tokens,
             std::uint32_t& next_word) {
            return Pass<Pattern, true>(
                       pipeline, text, first_character,
                       {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next_word})
                .run(limit);
          },
  };
  return &runner;
}

const ByteLevelPipeline::Runner* ByteLevelPipeline::find_runner(std::string_view pattern) {
  const Runner* found = nullptr;
  scanners::for_each_known_pattern([&]<typename T>(const scanners::Known<T>& known) {
    if constexpr (T::kMatchesAll) {
      found = known.source == pattern ? runner_of<T>() : found;
    }
  });
  return found;
}

/// Of patterns that split one after the other before a ByteLevel without one.
const ByteLevelPipeline::Runner* ByteLevelPipeline::find_runner(
    std::span<const std::unique_ptr<PreTokenizer>> steps) {
  const Runner* found = nullptr;
  scanners::for_each_known_sequence([&]<typename T>(const scanners::KnownSequence<T>& known) {
    const auto* last = steps.empty() ? nullptr : dynamic_cast<const ByteLevel*>(steps.back().get());
    const bool is_plain =
        last != nullptr && !last->options().use_regex && !last->options().add_prefix_space;
    const auto is_same = [](const auto& step, std::string_view source) {
      return isolated(step.get()) == source;
    };
    if (is_plain && std::ranges::equal(steps.first(steps.size() - 1), known.sources, is_same)) {
      found = runner_of<T>();
    }
  });
  return found;
}

/// What is known of a pre-tokenizer.
struct ByteLevelPipeline::Recognized {
  const Runner* runner = nullptr;  // nullptr: of another kind
  bool add_prefix_space = false;
  bool splits_digits = false;
};

ByteLevelPipeline::Recognized ByteLevelPipeline::recognize(const PreTokenizer* pre_tokenizer) {
  const PreTokenizer* before = nullptr;
  const PreTokenizer* last = pre_tokenizer;
  if (const auto* sequence = dynamic_cast<const PreTokenizerSequence*>(pre_tokenizer)) {
    const auto& steps = sequence->steps();
    if (steps.size() != 2) {
      return {.runner = find_runner(steps)};
    }
    before = steps[0].get();
    last = steps[1].get();
  }
  const auto* byte_level = dynamic_cast<const ByteLevel*>(last);
  if (byte_level == nullptr) {
    return {};
  }
  const bool use_regex = byte_level->options().use_regex;
  if (before == nullptr && use_regex) {
    return {
        .runner = runner_of<scanners::Gpt2Pattern>(),
        .add_prefix_space = byte_level->options().add_prefix_space,
    };
  }
  if (byte_level->options().add_prefix_space) {
    return {};  // every piece would get one
  }
  if (const auto* digits = dynamic_cast<const Digits*>(before)) {
    if (digits->individual() && use_regex) {
      return {.runner = runner_of<scanners::DigitsGpt2Pattern>(), .splits_digits = true};
    }
  }
  return {.runner = use_regex ? nullptr : find_runner(isolated(before))};
}

std::unique_ptr<FastPath> ByteLevelPipeline::try_make(const Stages& stages) {
  const auto* bpe = dynamic_cast<const Bpe*>(&stages.model);
  const Recognized split = recognize(stages.pre_tokenizer);
  if (bpe == nullptr || split.runner == nullptr ||
      !(is_absent(stages.normalizer) || is_nfc(stages.normalizer))) {
    return nullptr;
  }
  const Bpe::Options& options = bpe->options();
  if (!options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty()) {
    return nullptr;
  }
  std::array<std::uint32_t, 256> byte_ids{};
  for (std::size_t byte = 0; byte < byte_ids.size(); ++byte) {
    const auto value = static_cast<char>(byte);
    std::string character;
    ByteAlphabet::append(character, {&value, 1});
    const auto id = bpe->vocabulary().find(character);
    if (!id) {
      return nullptr;  // unknown characters are left to the stages
    }
    byte_ids[byte] = *id;
  }
  return std::unique_ptr<FastPath>(new ByteLevelPipeline(*bpe, stages, split, byte_ids));
}

ByteLevelPipeline::ByteLevelPipeline(const Bpe& model, const Stages& stages,
                                     const Recognized& split,
                                     const std::array<std::uint32_t, 256>& byte_ids)
    : model_(model),
      added_(stages.added),
      number_(next_owner()),
      classes_(scanners::CharacterClasses::get()),
      runner_(split.runner),
      add_prefix_space_(split.add_prefix_space),
      splits_digits_(split.splits_digits),
      is_composed_(is_nfc(stages.normalizer)),
      byte_ids_(byte_ids),
      backtracker_(model.merges()) {}

void ByteLevelPipeline::visit_tables(TableArchive& archive) {
  archive(is_able_);
  backtracker_.visit_tables(archive);
  pieces_.visit_tables(archive);
}

namespace {

/// The bytes of the tokens of a byte-level vocabulary.
class RawTokens {
 public:
  explicit RawTokens(const Vocabulary& vocabulary) : begins_(vocabulary.size() + std::size_t{1}) {
    bytes_.reserve(vocabulary.character_bytes());
    for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
      const std::size_t begin = bytes_.size();
      if (!ByteAlphabet::append_bytes(bytes_, vocabulary.token(id).value_or(""))) {
        bytes_.resize(begin);
      }
      begins_[id + 1] = static_cast<std::uint32_t>(bytes_.size());
    }
  }
  /// Empty for what no text can have.
  [[nodiscard]] std::string_view of(std::uint32_t id) const {
    return std::string_view(bytes_).substr(begins_[id], begins_[id + 1] - begins_[id]);
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> begins_;
};

}  // namespace

void ByteLevelPipeline::build() {
  constexpr std::uint32_t kMany = 1U << 15U;  // a second thread pays from here on
  const Vocabulary& vocabulary = model_.vocabulary();
  const unsigned threads = vocabulary.size() < kMany ? 1 : brief_threads();
  std::optional<BpeDerivations> derivations;
  std::optional<RawTokens> raw;
  std::vector<std::uint32_t> order;
  call_both(
      threads, [&] { derivations = model_.derive(); },
      [&] {
        raw.emplace(vocabulary);
        order = byte_order(vocabulary.size(), [&](std::uint32_t id) { return raw->of(id); });
      });
  if (!derivations) {
    return;
  }
  Trie::Entries reachable;
  Trie::Entries unreachable;  // what pieces that are spelt like it are all the same
  reachable.reserve(vocabulary.size());
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view bytes = raw->of(id);
    if (bytes.empty()) {
      continue;
    }
    if (derivations->is_reachable(id)) {
      if (bytes.size() > BpeBacktracker::kMaxTokenBytes) {
        return;
      }
      reachable.emplace_back(bytes, static_cast<std::int32_t>(id));
    } else if (model_.options().ignore_merges && vocabulary.is_found(id)) {
      // Of two ids of one token the model knows one.
      unreachable.emplace_back(bytes, static_cast<std::int32_t>(id));
    }
  }
  is_able_ = true;
  Trie::Entries sorted;
  sorted.reserve(reachable.size());
  for (const std::uint32_t id : order) {
    if (const std::string_view bytes = raw->of(id);
        !bytes.empty() && derivations->is_reachable(id)) {
      sorted.emplace_back(bytes, static_cast<std::int32_t>(id));
    }
  }
  call_both(
      threads, [&] { backtracker_.build(*derivations, sorted, Trie::Order::Bytes); },
      [&] { pieces_ = PieceTable(unreachable, reachable); });
}

}  // namespace onnxformers::tokenizers
