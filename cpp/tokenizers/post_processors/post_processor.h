#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tokenizers/field.h"
#include "tokenizers/trim_offsets.h"

namespace onnxformers::tokenizers {

/// One part of an encoded row: a special token, or all tokens of the first or second text.
struct LayoutPart {
  static constexpr std::int32_t kSpecial = -1;

  static LayoutPart special(std::uint32_t id, std::uint32_t type_id) {
    return {.sequence = kSpecial, .id = id, .type_id = type_id, .overflow_type_id = type_id};
  }

  std::int32_t sequence;           ///< kSpecial, 0 or 1
  std::uint32_t id;                ///< of the special token
  std::uint32_t type_id;           ///< in the row of the text itself
  std::uint32_t overflow_type_id;  ///< of tokens that stand in an overflowing part
};
using Layout = std::vector<LayoutPart>;

/// Parts a row may have: a file that names a few tokens over and over must not fill the memory.
inline constexpr std::size_t kMaxLayoutParts = 1024;

/// A step that leaves spaces out of the offsets of tokens, see trim_span().
struct OffsetTrim {
  bool add_prefix_space;
  std::array<bool, 2> begins_encoding;  ///< by text: nothing stood in front of it then
};

/// What post-processors make of one text or two: worked out once, when the file is read.
struct PostPlan {
  std::vector<Layout> encodings;  ///< one after the other they are the row
  bool is_merged = false;         ///< a template has made one row of them: no other may follow
  std::vector<OffsetTrim> trims;  ///< one after the other
  const TokenSpaces* token_spaces = nullptr;  ///< what trims cut off; set where there are some
  std::string unsupported;                    ///< why such input cannot be encoded, if it cannot

  /// Trims the offsets of the tokens that are there so far.
  void add_trim(bool add_prefix_space);

  /// Whether a post-processor can add tokens; if not, `unsupported` is set.
  [[nodiscard]] bool can_grow();

  /// Calls put(id, type_id) for every token of the row of one text. @param tokens of the text.
  template <typename Put>
  void for_each_token(std::span<const std::uint32_t> tokens, Put put) const {
    for (const Layout& layout : encodings) {
      for (const LayoutPart& part : layout) {
        if (part.sequence == LayoutPart::kSpecial) {
          put(part.id, part.type_id);
        } else {
          for (const std::uint32_t id : tokens) {
            put(id, part.type_id);
          }
        }
      }
    }
  }

  /// Whether each text stands there just once, as but strange templates have it.
  [[nodiscard]] bool has_each_once(bool is_pair) const noexcept {
    std::array<std::size_t, 2> counts{};
    for (const Layout& layout : encodings) {
      for (const LayoutPart& part : layout) {
        counts[static_cast<std::size_t>(std::max(part.sequence, 0))] +=
            part.sequence == LayoutPart::kSpecial ? 0 : 1;
      }
    }
    return counts[0] == 1 && counts[1] == (is_pair ? 1U : 0U);
  }

  /// How many these are for so many tokens of the text.
  [[nodiscard]] std::size_t row_length(std::size_t tokens) const noexcept {
    std::size_t length = 0;
    for (const Layout& layout : encodings) {
      for (const LayoutPart& part : layout) {
        length += part.sequence == LayoutPart::kSpecial ? 1 : tokens;
      }
    }
    return length;
  }

  /// Before any post-processor: the texts one after the other.
  static PostPlan initial(bool is_pair);
};

/// Fifth stage: puts special tokens around the texts. Immutable.
class PostProcessor {
 public:
  PostProcessor() = default;
  PostProcessor(const PostProcessor&) = delete;
  PostProcessor& operator=(const PostProcessor&) = delete;
  virtual ~PostProcessor() = default;

  virtual void apply(PostPlan& plan, bool add_special_tokens) const = 0;
};

/// Reads the "post_processor" of tokenizer.json; fails with ErrorKind::FileFormat.
[[nodiscard]] std::unique_ptr<PostProcessor> make_post_processor(const Field& field);

/// Reads ["[SEP]", 102], as BertProcessing and RobertaProcessing write a token; gives the id.
[[nodiscard]] std::uint32_t token_with_id(const Field& field);

}  // namespace onnxformers::tokenizers
