#include "tokenizers/pre_tokenizers/piece_cutter.h"

#include <array>
#include <string>
#include <utility>

namespace onnxformers::tokenizers {

namespace {

constexpr auto kBehaviors = std::to_array<std::pair<std::string_view, SplitBehavior>>({
    {"Removed", SplitBehavior::Removed},
    {"Isolated", SplitBehavior::Isolated},
    {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
    {"MergedWithNext", SplitBehavior::MergedWithNext},
    {"Contiguous", SplitBehavior::Contiguous},
});

}  // namespace

SplitBehavior read_split_behavior(const Field& field) {
  const std::string_view name = field.as_string();
  for (const auto& [known, behavior] : kBehaviors) {
    if (known == name) {
      return behavior;
    }
  }
  field.fail("unknown behavior \"" + shortened(name) +
             "\"; known are Removed, Isolated, MergedWithPrevious, MergedWithNext and Contiguous");
}

void PieceCutter::add(Piece part, bool is_delimiter) {
  switch (behavior_) {
    case SplitBehavior::Removed:
      if (!is_delimiter) {
        keep(part);
      }
      return;
    case SplitBehavior::Isolated:
      keep(part);
      return;
    default:
      break;
  }
  if (has_open_ && joins(is_delimiter)) {
    open_.end = part.end;
  } else {
    if (has_open_) {
      keep(open_);
    }
    open_ = part;
  }
  has_open_ = true;
  open_is_delimiter_ = is_delimiter;
}

/// Whether the next part joins the open piece, by what the last part was.
bool PieceCutter::joins(bool is_delimiter) const noexcept {
  switch (behavior_) {
    case SplitBehavior::MergedWithPrevious:
      return is_delimiter && !open_is_delimiter_;
    case SplitBehavior::MergedWithNext:
      return !is_delimiter && open_is_delimiter_;
    default:
      return is_delimiter == open_is_delimiter_;
  }
}

void PieceCutter::finish() {
  if (has_open_) {
    keep(open_);
  }
  has_open_ = false;
  open_is_delimiter_ = false;
}

}  // namespace onnxformers::tokenizers
