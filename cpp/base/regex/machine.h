#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/regex/program.h"

namespace onnxformers::regex {

/// A byte of a text, or its end.
using Place = std::uint32_t;

/// Runs a program over one text after the other, and remembers what failed in the present one.
///
/// Memory for failures is taken only once much was tried in vain: a bit for each split and byte of
/// the text. A repeated set needs none: it keeps the last range of places from where it failed.
class Machine {
 public:
  /// Takes the program for a text and forgets the one before.
  void start(const Program& program, std::string_view text);

  /// End of the match that begins at this byte, which must begin a character.
  [[nodiscard]] std::optional<Place> match(Place begin) { return run(0, begin); }

  /// Gives back what a very long text took.
  void shrink();

 private:
  enum class Kind : std::uint8_t { Branch, Tried, Greedy, Lazy, Possessive, Mark };

  /// What to do when all that came later has failed.
  struct Entry {
    Kind kind = Kind::Branch;
    std::uint32_t pc = 0;  ///< of Mark the loop
    Place position = 0;
    Place low = 0;
    Place high = 0;  ///< of Lazy how often the set may still be taken
  };

  /// Places from where a span is known to fail: a greedy or lazy one having its minimum, a
  /// possessive one as it begins. Empty if end < begin.
  struct Failed {
    Place begin = 1;
    Place end = 0;  // inclusive

    [[nodiscard]] bool has(Place place) const noexcept { return begin <= place && place <= end; }
  };

  std::optional<Place> run(std::uint32_t pc, Place position);
  bool backtrack(std::size_t base, std::uint32_t& pc, Place& position);

  bool take_literal(const Instruction& instruction, Place& position) const;
  bool take_one(const Instruction& instruction, Place& position) const;
  void give_one_back(const Instruction& instruction, Place& position) const;
  bool begin_split(const Instruction& instruction, std::uint32_t& pc, Place position);
  bool begin_span(const Instruction& instruction, std::uint32_t pc, Place& position);
  bool begin_lazy(const Instruction& instruction, std::uint32_t pc, Place position);
  bool begin_possessive(const Instruction& instruction, std::uint32_t pc, Place begin,
                        Place& position);
  void take_many(const Instruction& instruction, Place stop, Place& position);
  bool retry_greedy(std::uint32_t& pc, Place& position);
  bool retry_lazy(std::uint32_t& pc, Place& position);
  void note_failed(const Instruction& instruction, Place low, Place high);
  void note_failed_split(const Instruction& instruction, Place position);
  void push(const Entry& entry);
  void spend(std::size_t steps);
  void start_memory();

  [[nodiscard]] bool holds(AssertionKind kind, Place position) const;
  [[nodiscard]] bool is_word_before(Place position) const;
  [[nodiscard]] bool is_word_after(Place position) const;
  [[nodiscard]] static bool has_memory(const Instruction& instruction) noexcept {
    return instruction.memory != kNoIndex;
  }

  /// Whether a failure here is one for good: within a round of a loop that has read nothing so far
  /// it is not, for an empty round may not begin another.
  [[nodiscard]] bool is_final(const Instruction& instruction, Place position) const noexcept {
    return instruction.loop == kNoIndex || marks_[instruction.loop] != position;
  }
  [[nodiscard]] std::size_t bit_of(const Instruction& instruction, Place position) const noexcept {
    return (std::size_t{instruction.memory} * (text_.size() + 1)) + position;
  }

  const Program* program_ = nullptr;
  std::string_view text_;
  std::vector<Entry> stack_;
  std::vector<Place> marks_;
  std::vector<Failed> failed_spans_;
  std::vector<std::uint64_t> failed_splits_;  // empty until memory is taken
  std::size_t steps_ = 0;
  std::size_t budget_ = 0;
  std::size_t retries_ = 0;
};

}  // namespace onnxformers::regex
