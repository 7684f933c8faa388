#include "tokenizers/encodings.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/errors.h"
#include "tokenizers/row_kernels.h"
#include "tokenizers/trim_offsets.h"

namespace onnxformers::tokenizers {

namespace {

// A pair whose both texts overflow makes a row for every two parts.
constexpr std::size_t kMaxTokens = std::size_t{1} << 31U;

void check_size(std::span<const Encodings::Text> texts, std::size_t tokens) {
  std::size_t rows = 1;
  std::size_t longest = 1;
  for (const auto& text : texts) {
    rows *= text.parts.size();
    longest += text.parts.back().end;
  }
  if (rows > 1 && (rows > kMaxTokens / longest || tokens + (rows * longest) > kMaxTokens)) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "these texts overflow into " + std::to_string(rows) +
             " rows; use a larger max_length or encode without return_overflowing");
  }
}

}  // namespace

std::span<const std::uint32_t> Encodings::ids(std::size_t row) const {
  const Row& found = rows_[row];
  return std::span(chunks_[found.chunk].ids).subspan(found.first_token, found.length);
}

std::span<const CharacterSpan> Encodings::spans(std::size_t row) const {
  const Row& found = rows_[row];
  return with_offsets_
             ? std::span(chunks_[found.chunk].spans).subspan(found.first_token, found.length)
             : std::span<const CharacterSpan>();
}

std::span<const std::uint32_t> Encodings::words(std::size_t row) const {
  const Row& found = rows_[row];
  return with_offsets_
             ? std::span(chunks_[found.chunk].words).subspan(found.first_token, found.length)
             : std::span<const std::uint32_t>();
}

std::optional<std::string_view> Encodings::text(std::size_t row, std::size_t token) const {
  const TokenTexts& texts = chunks_[rows_[row].chunk].texts;
  const std::size_t index = rows_[row].first_token + token;
  const std::size_t found = texts.first(index);
  if (found == texts.size() || texts.token(found) != index) {
    return std::nullopt;
  }
  return texts.text(found);
}

std::size_t Encodings::bytes() const noexcept {
  constexpr std::size_t kEach = (2 * sizeof(std::uint32_t)) + sizeof(CharacterSpan);
  std::size_t tokens = 0;
  for (const Tokens& chunk : chunks_) {
    tokens += chunk.ids.capacity();
  }
  return tokens * (with_offsets_ ? kEach : sizeof(std::uint32_t));
}

void Encodings::reserve(std::size_t rows, std::size_t tokens) {
  rows_.reserve(rows_.size() + rows);
  runs_.reserve(runs_.size() + (3 * rows));
  Tokens& chunk = chunks_.back();
  chunk.ids.reserve(chunk.ids.size() + tokens);
  if (with_offsets_) {
    chunk.spans.reserve(chunk.spans.size() + tokens);
    chunk.words.reserve(chunk.words.size() + tokens);
  }
}

void Encodings::begin_row(std::size_t sample, bool is_truncated) {
  rows_.push_back({
      .chunk = chunks_.size() - 1,
      .first_token = chunks_.back().ids.size(),
      .first_run = runs_.size(),
      .sample = sample,
      .length = 0,
      .runs = 0,
      .truncated = is_truncated,
  });
}

void Encodings::put_special(const LayoutPart& part) {
  Tokens& tokens = chunks_.back();
  tokens.ids.push_back(part.id);
  if (with_offsets_) {
    tokens.spans.push_back({.begin = 0, .end = 0});
    tokens.words.push_back(kNoWord);
  }
  put_run(part.sequence, part.type_id, 1);
}

void Encodings::put_run(std::int32_t sequence, std::uint32_t type_id, std::size_t length) {
  const auto count = static_cast<std::uint32_t>(length);
  runs_.push_back({.sequence = sequence, .type_id = type_id, .length = count});
  ++rows_.back().runs;
  rows_.back().length += count;
}

void Encodings::trim_row(const PostPlan& plan) {
  if (!with_offsets_ || plan.trims.empty()) {
    return;
  }
  std::size_t begin = rows_.back().first_token;
  for_each_run(rows_.size() - 1, [&](std::int32_t sequence, std::uint32_t, std::size_t length) {
    if (sequence != LayoutPart::kSpecial) {
      for (const OffsetTrim& trim : plan.trims) {
        trim_slice(trim, *plan.token_spaces, {.begin = begin, .end = begin + length},
                   sequence == 1);
      }
    }
    begin += length;
  });
}

void Encodings::trim_slice(const OffsetTrim& trim, const TokenSpaces& token_spaces,
                           const TokenSlice& slice, bool is_second) {
  Tokens& tokens = chunks_.back();
  std::size_t text = tokens.texts.first(slice.begin);
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    OuterSpaces spaces;
    if (text < tokens.texts.size() && tokens.texts.token(text) == i) {
      spaces = outer_spaces(tokens.texts.text(text));
      ++text;
    } else {
      spaces = token_spaces.find(tokens.ids[i]);
    }
    if ((spaces.leading | spaces.trailing) != 0) {
      trim_span(tokens.spans[i], spaces,
                i == slice.begin && trim.begins_encoding[is_second ? 1 : 0], trim.add_prefix_space);
    }
  }
}

void Encodings::take_row(std::span<Tokens* const> texts) {
  Tokens& chunk = chunks_.back();
  const Row row = rows_.back();
  std::size_t begin = row.first_token;
  for_each_run(rows_.size() - 1, [&](std::int32_t sequence, std::uint32_t, std::size_t length) {
    if (sequence != LayoutPart::kSpecial) {
      Tokens& text = *texts[static_cast<std::size_t>(sequence)];
      text.clear();
      text.append(chunk, begin, begin + length);
    }
    begin += length;
  });
  chunk.cut({.tokens = row.first_token, .texts = chunk.texts.first(row.first_token)});
  runs_.resize(row.first_run);
  rows_.pop_back();
}

void Encodings::append(const PostPlan& plan, std::span<const Text> texts, std::size_t sample,
                       bool is_truncated) {
  std::array<std::size_t, 2> counts{};
  std::ranges::transform(texts, counts.begin(), [](const Text& text) { return text.parts.size(); });
  check_size(texts, chunks_.back().ids.size());
  for (const PartChoice& choice : part_choices(plan, counts)) {
    begin_row(sample, is_truncated);
    put_parts(plan, texts, choice);
    trim_row(plan);
  }
}

void Encodings::put_parts(const PostPlan& plan, std::span<const Text> texts,
                          const PartChoice& choice) {
  for (const Layout& layout : plan.encodings) {
    for (const LayoutPart& part : layout) {
      if (part.sequence == LayoutPart::kSpecial) {
        put_special(part);
        continue;
      }
      const auto index = static_cast<std::size_t>(part.sequence);
      const TokenSlice slice = texts[index].parts[choice[index]];
      chunks_.back().append(*texts[index].tokens, slice.begin, slice.end);
      put_run(part.sequence, choice[index] == 0 ? part.type_id : part.overflow_type_id,
              slice.end - slice.begin);
    }
  }
}

void Encodings::append(Encodings&& other, std::size_t first_sample) {
  for (Row row : other.rows_) {
    row.chunk += chunks_.size();
    row.first_run += runs_.size();
    row.sample += first_sample;
    rows_.push_back(row);
  }
  runs_.insert(runs_.end(), other.runs_.begin(), other.runs_.end());
  std::ranges::move(other.chunks_, std::back_inserter(chunks_));
}

std::size_t Encodings::padded_length(std::span<const std::size_t> rows,
                                     const Padding& padding) const {
  std::size_t longest = 0;
  for (const std::size_t row : rows) {
    longest = std::max(longest, length(row));
  }
  if (padding.length && longest > *padding.length) {
    fail(ErrorKind::InvalidArgument, "Encodings",
         "a row has " + std::to_string(longest) + " tokens, more than the length " +
             std::to_string(*padding.length) + " to pad to; truncate when encoding");
  }
  const std::size_t wanted = padding.length.value_or(longest);
  const std::size_t multiple = std::max<std::size_t>(padding.multiple_of, 1);
  return (wanted + multiple - 1) / multiple * multiple;
}

void Encodings::pad(std::span<const std::size_t> rows, std::size_t length, const Padding& padding,
                    std::int64_t* input_ids, std::int64_t* attention_mask,
                    std::int64_t* token_type_ids) const {
  for (const std::size_t row : rows) {
    const auto tokens = ids(row);
    const std::size_t free = length - tokens.size();
    const std::size_t before = padding.side == Side::Left ? free : 0;
    const std::size_t after = free - before;
    input_ids = fill(input_ids, before, padding.pad_id);
    input_ids = widen(tokens, input_ids);
    input_ids = fill(input_ids, after, padding.pad_id);
    attention_mask = fill(attention_mask, before, 0);
    attention_mask = fill(attention_mask, tokens.size(), 1);
    attention_mask = fill(attention_mask, after, 0);
    token_type_ids = fill(token_type_ids, before, padding.pad_type_id);
    for_each_run(row, [&](std::int32_t, std::uint32_t type_id, std::size_t count) {
      token_type_ids = fill(token_type_ids, count, type_id);
    });
    token_type_ids = fill(token_type_ids, after, padding.pad_type_id);
  }
}

}  // namespace onnxformers::tokenizers
