#include "tokenizers/encodings.h"

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "tokenizers/row_kernels.h"
#include "tokenizers/trim_offsets.h"

namespace onnxformers::tokenizers {

namespace {

// A pair whose both texts overflow makes a row for every two parts.
constexpr std::size_t kMaxTokens = std::size_t{1} << 31U;

/// Choices of one part of each text, by text. Order of the reference, which joins text after text:
/// overflow of the earlier with everything of the later, then the first part with its overflow.
std::vector<std::vector<std::size_t>> part_choices(std::span<const Encodings::Text> texts,
                                                   const std::vector<std::size_t>& order) {
  std::vector<std::vector<std::size_t>> choices{std::vector<std::size_t>(texts.size(), 0)};
  for (const std::size_t text : order) {
    const std::size_t parts = texts[text].parts.size();
    std::vector<std::vector<std::size_t>> next{choices.front()};
    for (std::size_t i = 1; i <= choices.size(); ++i) {
      std::vector<std::size_t> choice = choices[i % choices.size()];
      for (std::size_t part = i == choices.size() ? 1 : 0; part < parts; ++part) {
        choice[text] = part;
        next.push_back(choice);
      }
    }
    choices = std::move(next);
  }
  return choices;
}

std::vector<std::size_t> text_order(const PostPlan& plan) {
  std::vector<std::size_t> order;
  for (const Layout& layout : plan.encodings) {
    for (const LayoutPart& part : layout) {
      const auto text = static_cast<std::size_t>(part.sequence);
      if (part.sequence != LayoutPart::kSpecial && std::ranges::find(order, text) == order.end()) {
        order.push_back(text);
      }
    }
  }
  return order;
}

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
  return std::span(ids_).subspan(rows_[row].first_token, rows_[row].length);
}

std::span<const CharacterSpan> Encodings::spans(std::size_t row) const {
  return with_offsets_ ? std::span(spans_).subspan(rows_[row].first_token, rows_[row].length)
                       : std::span<const CharacterSpan>();
}

std::span<const std::uint32_t> Encodings::words(std::size_t row) const {
  return with_offsets_ ? std::span(words_).subspan(rows_[row].first_token, rows_[row].length)
                       : std::span<const std::uint32_t>();
}

const std::string* Encodings::text(std::size_t row, std::size_t token) const {
  const std::size_t index = rows_[row].first_token + token;
  const auto found = std::ranges::lower_bound(texts_, index, {}, &IndexedText::first);
  return found != texts_.end() && found->first == index ? &found->second : nullptr;
}

void Encodings::reserve(std::size_t rows, std::size_t tokens) {
  rows_.reserve(rows_.size() + rows);
  runs_.reserve(runs_.size() + (2 * rows));
  ids_.reserve(ids_.size() + tokens);
  if (with_offsets_) {
    spans_.reserve(spans_.size() + tokens);
    words_.reserve(words_.size() + tokens);
  }
}

void Encodings::append(const PostPlan& plan, std::span<const Text> texts, std::size_t sample,
                       bool is_truncated) {
  const std::size_t first_row = rows_.size();
  constexpr std::array<std::size_t, 2> kFirstParts = {0, 0};
  const bool overflows =
      std::ranges::any_of(texts, [](const Text& text) { return text.parts.size() > 1; });
  if (!overflows) {
    append_row(plan, texts, kFirstParts);
  } else {
    check_size(texts, ids_.size());
    for (const auto& choice : part_choices(texts, text_order(plan))) {
      append_row(plan, texts, choice);
    }
  }
  for (std::size_t row = first_row; row < rows_.size(); ++row) {
    rows_[row].sample = sample;
    rows_[row].truncated = is_truncated;
  }
}

void Encodings::append_row(const PostPlan& plan, std::span<const Text> texts,
                           std::span<const std::size_t> choice) {
  Row row{
      .first_token = ids_.size(),
      .first_run = runs_.size(),
      .sample = 0,
      .length = 0,
      .runs = 0,
      .truncated = false,
  };
  for (const Layout& layout : plan.encodings) {
    for (const LayoutPart& part : layout) {
      if (part.sequence == LayoutPart::kSpecial) {
        ids_.push_back(part.id);
        if (with_offsets_) {
          spans_.push_back({.begin = 0, .end = 0});
          words_.push_back(kNoWord);
        }
        runs_.push_back({.sequence = part.sequence, .type_id = part.type_id, .length = 1});
        continue;
      }
      const auto index = static_cast<std::size_t>(part.sequence);
      const TokenSlice slice = texts[index].parts[choice[index]];
      append_slice(*texts[index].tokens, slice, plan, index == 1);
      runs_.push_back({
          .sequence = part.sequence,
          .type_id = choice[index] == 0 ? part.type_id : part.overflow_type_id,
          .length = static_cast<std::uint32_t>(slice.end - slice.begin),
      });
    }
  }
  row.length = static_cast<std::uint32_t>(ids_.size() - row.first_token);
  row.runs = static_cast<std::uint32_t>(runs_.size() - row.first_run);
  rows_.push_back(row);
}

void Encodings::append_slice(const Tokens& tokens, const TokenSlice& slice, const PostPlan& plan,
                             bool is_second) {
  const auto begin = static_cast<std::ptrdiff_t>(slice.begin);
  const auto end = static_cast<std::ptrdiff_t>(slice.end);
  const std::size_t first = ids_.size();
  ids_.insert(ids_.end(), tokens.ids.begin() + begin, tokens.ids.begin() + end);
  if (!with_offsets_) {
    return;
  }
  spans_.insert(spans_.end(), tokens.spans.begin() + begin, tokens.spans.begin() + end);
  words_.insert(words_.end(), tokens.words.begin() + begin, tokens.words.begin() + end);
  const std::size_t first_text = texts_.size();
  for (const auto& [index, text] : tokens.texts) {
    if (index >= slice.begin && index < slice.end) {
      texts_.emplace_back(first + index - slice.begin, text);
    }
  }
  for (const OffsetTrim& trim : plan.trims) {
    trim_slice(trim, *plan.token_spaces, first, first_text, is_second);
  }
}

void Encodings::trim_slice(const OffsetTrim& trim, const TokenSpaces& token_spaces,
                           std::size_t first, std::size_t first_text, bool is_second) {
  std::size_t next_text = first_text;
  for (std::size_t i = first; i < ids_.size(); ++i) {
    OuterSpaces spaces;
    if (next_text < texts_.size() && texts_[next_text].first == i) {
      spaces = outer_spaces(texts_[next_text].second);
      ++next_text;
    } else {
      spaces = token_spaces.find(ids_[i]);
    }
    if ((spaces.leading | spaces.trailing) != 0) {
      trim_span(spans_[i], spaces, i == first && trim.begins_encoding[is_second ? 1 : 0],
                trim.add_prefix_space);
    }
  }
}

void Encodings::append(const Encodings& other, std::size_t first_sample) {
  const std::size_t first_token = ids_.size();
  const std::size_t first_run = runs_.size();
  ids_.insert(ids_.end(), other.ids_.begin(), other.ids_.end());
  spans_.insert(spans_.end(), other.spans_.begin(), other.spans_.end());
  words_.insert(words_.end(), other.words_.begin(), other.words_.end());
  runs_.insert(runs_.end(), other.runs_.begin(), other.runs_.end());
  for (const auto& [index, text] : other.texts_) {
    texts_.emplace_back(first_token + index, text);
  }
  for (Row row : other.rows_) {
    row.first_token += first_token;
    row.first_run += first_run;
    row.sample += first_sample;
    rows_.push_back(row);
  }
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
