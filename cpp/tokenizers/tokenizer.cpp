#include "tokenizers/tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/errors.h"
#include "base/parallel.h"
#include "tokenizers/text_encoder.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30U;

Scratch& thread_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

std::size_t room_for(const PostPlan& plan, const Truncation& truncation) {
  if (truncation.strategy == TruncationStrategy::DoNotTruncate) {
    return TextEncoder::kNoLimit;
  }
  std::size_t special = 0;
  for (const Layout& layout : plan.encodings) {
    special += static_cast<std::size_t>(std::count_if(
        layout.begin(), layout.end(),
        [](const LayoutPart& part) { return part.sequence == LayoutPart::kSpecial; }));
  }
  if (truncation.max_length < special) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "max_length must leave room for the " + std::to_string(special) + " special tokens, got " +
             std::to_string(truncation.max_length));
  }
  const std::size_t room = truncation.max_length - special;
  if (truncation.stride > room) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "stride must be less than the " + std::to_string(room) +
             " tokens that max_length leaves to the text, got " +
             std::to_string(truncation.stride));
  }
  return room;
}

/// Most texts have fewer tokens than this: room for them is made at once.
std::size_t likely_tokens(const TextBatch& texts) {
  constexpr std::size_t kBytes = 3;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (const std::string_view word : texts[i]) {
      tokens += (word.size() / kBytes) + 1;
    }
  }
  return tokens;
}

void check_text(std::span<const std::string_view> words) {
  std::size_t size = 0;
  for (const std::string_view word : words) {
    size += word.size();
  }
  if (size > kMaxTextBytes) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "a text may have at most " + std::to_string(kMaxTextBytes) + " bytes in UTF-8, got " +
             std::to_string(size));
  }
}

}  // namespace

Encodings Tokenizer::encode_batch(const TextBatch& texts, const TextBatch& pairs,
                                  const EncodeOptions& options) const {
  if (!pairs.empty() && pairs.size() != texts.size()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "there must be as many second texts as texts, got " + std::to_string(pairs.size()) +
             " for " + std::to_string(texts.size()));
  }
  Encodings all(options.with_offsets);
  if (options.threads <= 1 || texts.size() <= 1) {
    encode_range(texts, pairs, options, all);
    return all;
  }
  // More parts than threads, so that long texts do not leave the other threads idle.
  constexpr unsigned kMostThreads = 256;
  const unsigned threads = std::min(options.threads, kMostThreads);
  const std::size_t count = std::min<std::size_t>(texts.size(), std::size_t{threads} * 8);
  const auto bound = [&](std::size_t part) { return texts.size() * part / count; };
  std::vector<Encodings> parts(count, Encodings(options.with_offsets));
  parallel_for(count, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t part = begin; part < end; ++part) {
      const std::size_t first = bound(part);
      const std::size_t size = bound(part + 1) - first;
      encode_range(texts.subbatch(first, size), pairs.empty() ? pairs : pairs.subbatch(first, size),
                   options, parts[part]);
    }
  });
  for (std::size_t part = 0; part < count; ++part) {
    all.append(std::move(parts[part]), bound(part));
  }
  return all;
}

void Tokenizer::encode_range(const TextBatch& texts, const TextBatch& pairs,
                             const EncodeOptions& options, Encodings& out) const {
  if (texts.size() > 1) {
    out.reserve(texts.size(), likely_tokens(texts) + likely_tokens(pairs));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    encode_one(texts, pairs, options, i, out);
  }
  thread_scratch().shrink();
}

void Tokenizer::encode_one(const TextBatch& texts, const TextBatch& pairs,
                           const EncodeOptions& options, std::size_t index, Encodings& out) const {
  const bool is_pair = !pairs.empty();
  const PostPlan& plan = this->plan(is_pair, options.add_special_tokens);
  if (!plan.unsupported.empty()) {
    fail(ErrorKind::InvalidArgument, "Tokenizer", plan.unsupported);
  }
  const Truncation& truncation = options.truncation;
  const std::size_t room = room_for(plan, truncation);
  Scratch& scratch = thread_scratch();
  // What is cut off need not be encoded, if nobody asks for it. Of a pair it takes part in the
  // decision how much each text keeps.
  const bool may_stop = !is_pair && !options.return_overflowing && room != TextEncoder::kNoLimit &&
                        truncation.side == Side::Right;
  TextEncoder encoder(*this, scratch,
                      {
                          .with_offsets = options.with_offsets,
                          .split_special_tokens = options.split_special_tokens,
                          .most = may_stop ? room + 1 : TextEncoder::kNoLimit,
                      });
  const auto encode = [&](std::size_t text, Tokens& tokens) {
    const TextBatch& batch = text == 0 ? texts : pairs;
    check_text(batch[index]);
    if (batch.is_split()) {
      encoder.encode_words(batch[index], tokens);
    } else {
      encoder.encode(batch[index].front(), tokens);
    }
  };
  const std::array<Tokens*, 2> taken = {&scratch.first, &scratch.second};
  std::array<std::size_t, 2> lengths{};
  const bool is_written = plan.has_each_once(is_pair);
  if (is_written) {
    lengths = out.write_row(plan, index, encode);
  } else {
    for (std::size_t text = 0; text < (is_pair ? 2U : 1U); ++text) {
      taken[text]->clear();
      encode(text, *taken[text]);
      lengths[text] = taken[text]->ids.size();
    }
  }
  const auto [first, second] = lengths;
  const Kept kept = plan_truncation(first, second, is_pair, truncation.strategy, room);
  const bool is_cut = kept.first < first || kept.second < second;
  if (is_written && !is_cut) {
    out.trim_row(plan);
    return;
  }
  if (is_written) {
    out.take_row(taken);
  }
  const std::array<Encodings::Text, 2> rows = {
      {
          {
              .tokens = &scratch.first,
              .parts = cut(first, kept.first, truncation, options.return_overflowing),
          },
          {
              .tokens = &scratch.second,
              .parts = cut(second, kept.second, truncation, options.return_overflowing),
          },
      },
  };
  out.append(plan, std::span(rows).first(is_pair ? 2 : 1), index, is_cut);
}

void Tokenizer::encode_text(std::string_view text, bool split_special_tokens,
                            std::vector<std::uint32_t>& ids) const {
  check_text(std::span(&text, 1));
  Scratch& scratch = thread_scratch();
  TextEncoder encoder(*this, scratch,
                      {
                          .with_offsets = false,
                          .split_special_tokens = split_special_tokens,
                          .most = TextEncoder::kNoLimit,
                      });
  scratch.first.clear();
  encoder.encode(text, scratch.first);
  ids.swap(scratch.first.ids);
  scratch.shrink();
}

std::optional<std::uint32_t> Tokenizer::token_to_id(std::string_view token) const {
  const AddedToken* added = added_->find(token);
  return added != nullptr ? added->id : model_->vocabulary().find(token);
}

std::optional<std::string_view> Tokenizer::id_to_token(std::uint32_t id) const {
  const AddedToken* added = added_->find(id);
  return added != nullptr ? std::string_view(added->content) : model_->vocabulary().token(id);
}

std::size_t Tokenizer::num_special_tokens(bool is_pair) const noexcept {
  std::size_t count = 0;
  for (const Layout& layout : plan(is_pair, true).encodings) {
    for (const LayoutPart& part : layout) {
      count += part.sequence == LayoutPart::kSpecial ? 1 : 0;
    }
  }
  return count;
}

Tokenizer::~Tokenizer() = default;

}  // namespace onnxformers::tokenizers
