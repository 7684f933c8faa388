#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/overflow.h"
#include "tokenizers/post_processors/post_processor.h"
#include "tokenizers/tokens.h"
#include "tokenizers/truncation.h"

namespace onnxformers::tokenizers {

/// How pad() fills up rows.
struct Padding {
  std::optional<std::size_t> length;  ///< of every row; without it that of the longest
  std::size_t multiple_of = 1;        ///< the length is rounded up to it
  Side side = Side::Right;
  std::int64_t pad_id = 0;
  std::int64_t pad_type_id = 0;
};

/// Encoded texts, row by row, as long as each is. Rows are in the order of the texts; rows of
/// overflowing parts follow that of their text.
class Encodings {
 public:
  static constexpr std::uint32_t kNoWord = 0xFFFFFFFF;

  explicit Encodings(bool with_offsets = false) : with_offsets_(with_offsets) {}

  // ---- reading
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] bool with_offsets() const noexcept { return with_offsets_; }
  [[nodiscard]] std::size_t length(std::size_t row) const { return rows_[row].length; }
  [[nodiscard]] std::size_t sample(std::size_t row) const { return rows_[row].sample; }
  [[nodiscard]] bool truncated(std::size_t row) const { return rows_[row].truncated; }

  [[nodiscard]] std::span<const std::uint32_t> ids(std::size_t row) const;
  /// Empty without offsets, as words().
  [[nodiscard]] std::span<const CharacterSpan> spans(std::size_t row) const;
  /// Index of the piece of the text, kNoWord for added special tokens.
  [[nodiscard]] std::span<const std::uint32_t> words(std::size_t row) const;
  /// The text of a token where it is not that of its id (added tokens with whitespace around them);
  /// nothing else.
  [[nodiscard]] std::optional<std::string_view> text(std::size_t row, std::size_t token) const;

  /// Calls visit(part, length) for the parts of a row in order: LayoutPart tells the type and the
  /// text that `length` tokens come from.
  template <typename Visit>
  void for_each_run(std::size_t row, Visit visit) const {
    for (std::size_t i = 0; i < rows_[row].runs; ++i) {
      const Run& run = runs_[rows_[row].first_run + i];
      visit(run.sequence, run.type_id, static_cast<std::size_t>(run.length));
    }
  }

  /// Memory that the tokens take.
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// Length of rows once padded. Fails with ErrorKind::InvalidArgument if a row is longer than
  /// padding.length.
  [[nodiscard]] std::size_t padded_length(std::span<const std::size_t> rows,
                                          const Padding& padding) const;

  /// Fills three arrays of rows.size() x length numbers each.
  void pad(std::span<const std::size_t> rows, std::size_t length, const Padding& padding,
           std::int64_t* input_ids, std::int64_t* attention_mask,
           std::int64_t* token_type_ids) const;

  // ---- building
  /// Room for so many more rows and tokens.
  void reserve(std::size_t rows, std::size_t tokens);

  /// Adds a row of whole texts, whose tokens are written where they stay.
  /// @param plan holds each text once.
  /// @param encode called as encode(text, tokens): appends the tokens of text 0 or 1.
  /// Gives the tokens of each text. What remains is trim_row(), or take_row() where they are cut.
  template <typename Encode>
  std::array<std::size_t, 2> write_row(const PostPlan& plan, std::size_t sample, Encode encode) {
    begin_row(sample, false);
    std::array<std::size_t, 2> lengths{};
    for (const Layout& layout : plan.encodings) {
      for (const LayoutPart& part : layout) {
        if (part.sequence == LayoutPart::kSpecial) {
          put_special(part);
          continue;
        }
        Tokens& tokens = chunks_.back();
        const std::size_t first = tokens.ids.size();
        encode(static_cast<std::size_t>(part.sequence), tokens);
        const std::size_t length = tokens.ids.size() - first;
        lengths[static_cast<std::size_t>(part.sequence)] = length;
        put_run(part.sequence, part.type_id, length);
      }
    }
    return lengths;
  }

  /// Trims the offsets of the last row as the plan says.
  void trim_row(const PostPlan& plan);

  /// Takes the last row back and its texts out of it. @param texts are replaced.
  void take_row(std::span<Tokens* const> texts);

  /// One text with the parts that truncation left of it.
  struct Text {
    const Tokens* tokens;
    Parts parts;
  };

  /// Adds the rows of one sample: first that of the first parts, then those of the overflow.
  /// @param texts one or two. Fails with ErrorKind::InvalidArgument when there are too many rows.
  void append(const PostPlan& plan, std::span<const Text> texts, std::size_t sample,
              bool is_truncated);

  /// Adds the rows of another at the end, their samples counted from `first_sample`.
  void append(Encodings&& other, std::size_t first_sample);

 private:
  struct Row {
    std::size_t chunk;
    std::size_t first_token;  // in its chunk
    std::size_t first_run;
    std::size_t sample;
    std::uint32_t length;
    std::uint32_t runs;
    bool truncated;
  };
  struct Run {
    std::int32_t sequence;
    std::uint32_t type_id;
    std::uint32_t length;
  };

  void begin_row(std::size_t sample, bool is_truncated);
  void put_special(const LayoutPart& part);
  void put_run(std::int32_t sequence, std::uint32_t type_id, std::size_t length);
  void put_parts(const PostPlan& plan, std::span<const Text> texts, const PartChoice& choice);
  void trim_slice(const OffsetTrim& trim, const TokenSpaces& token_spaces, const TokenSlice& slice,
                  bool is_second);

  bool with_offsets_;
  // The tokens of the rows; those of each Encodings that was appended stay together. New rows go
  // into the last one.
  std::vector<Tokens> chunks_ = std::vector<Tokens>(1);
  std::vector<Row> rows_;
  std::vector<Run> runs_;
};

}  // namespace onnxformers::tokenizers
