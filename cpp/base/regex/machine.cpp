#include "base/regex/machine.h"

#include <limits>

#include "base/errors.h"
#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

constexpr std::size_t kStepsForFree = 300'000;
constexpr std::size_t kStepsPerByte = 256;
constexpr std::size_t kMaxStack = std::size_t{1} << 24U;
constexpr std::size_t kMaxMemoryBits = std::size_t{1} << 32U;

[[noreturn]] void fail_over_budget() {
  fail(ErrorKind::InvalidArgument, "Regex", "the pattern is over its step budget on this text");
}

}  // namespace

void Machine::start(const Program& program, std::string_view text) {
  if (text.size() >= std::numeric_limits<Place>::max()) {
    fail(ErrorKind::InvalidArgument, "Regex", "the text is longer than 4 GB");
  }
  program_ = &program;
  text_ = text;
  stack_.clear();
  marks_.assign(program.loops, 0);
  failed_spans_.assign(program.spans, {});
  failed_splits_.clear();
  steps_ = 0;
  retries_ = 0;
  budget_ = kStepsForFree + (kStepsPerByte * text.size());
}

void Machine::shrink() {
  constexpr std::size_t kKept = std::size_t{1} << 18U;
  if (stack_.capacity() > kKept || failed_splits_.capacity() > kKept) {
    *this = Machine();
  }
}

std::optional<Place> Machine::run(std::uint32_t pc, Place position) {
  const std::size_t base = stack_.size();
  while (true) {
    spend(1);
    const Instruction& instruction = program_->code[pc];
    bool fits = true;
    switch (instruction.op) {
      case Op::Accept:
        stack_.resize(base);
        return position;
      case Op::Literal:
        fits = take_literal(instruction, position);
        ++pc;
        break;
      case Op::Set:
        fits = take_one(instruction, position);
        ++pc;
        break;
      case Op::Span:
        fits = begin_span(instruction, pc, position);
        ++pc;
        break;
      case Op::Split:
        fits = begin_split(instruction, pc, position);
        break;
      case Op::Jump:
        pc = instruction.other;
        break;
      case Op::Assertion:
        fits = holds(instruction.assertion, position);
        ++pc;
        break;
      case Op::Look:
        fits = run(pc + 1, position).has_value() != instruction.negative;
        pc = instruction.other;
        break;
      case Op::Atomic: {
        const std::optional<Place> end = run(pc + 1, position);
        fits = end.has_value();
        position = end.value_or(position);
        pc = instruction.other;
        break;
      }
      case Op::LoopBegin:
        push({.kind = Kind::Mark, .pc = instruction.index, .position = marks_[instruction.index]});
        marks_[instruction.index] = position;
        ++pc;
        break;
      case Op::LoopEnd:
        pc = marks_[instruction.index] == position ? instruction.other : pc + 1;
        break;
    }
    if (!fits && !backtrack(base, pc, position)) {
      return std::nullopt;
    }
  }
}

bool Machine::backtrack(std::size_t base, std::uint32_t& pc, Place& position) {
  while (stack_.size() > base) {
    spend(1);
    Entry& entry = stack_.back();
    switch (entry.kind) {
      case Kind::Branch:
        pc = program_->code[entry.pc].other;
        position = entry.position;
        if (failed_splits_.empty()) {
          stack_.pop_back();
          start_memory();
        } else {
          entry.kind = Kind::Tried;
        }
        return true;
      case Kind::Tried:
        note_failed_split(program_->code[entry.pc], entry.position);
        stack_.pop_back();
        break;
      case Kind::Greedy:
        if (retry_greedy(pc, position)) {
          return true;
        }
        break;
      case Kind::Lazy:
        if (retry_lazy(pc, position)) {
          return true;
        }
        break;
      case Kind::Possessive:
        note_failed(program_->code[entry.pc], entry.low, entry.high);
        stack_.pop_back();
        break;
      case Kind::Mark:
        marks_[entry.pc] = entry.position;
        stack_.pop_back();
        break;
    }
  }
  return false;
}

bool Machine::begin_split(const Instruction& instruction, std::uint32_t& pc, Place position) {
  if (instruction.filter != kNoIndex) {
    const ByteSet& filter = program_->filters[instruction.filter];
    if (position == text_.size() || !filter[static_cast<unsigned char>(text_[position])]) {
      pc = instruction.other;
      return true;
    }
  }
  if (!failed_splits_.empty() && is_final(instruction, position)) {
    const std::size_t bit = bit_of(instruction, position);
    if ((failed_splits_[bit / 64] >> (bit % 64) & 1U) != 0) {
      return false;
    }
  }
  push({.kind = Kind::Branch, .pc = pc, .position = position});
  ++pc;
  return true;
}

void Machine::note_failed_split(const Instruction& instruction, Place position) {
  if (is_final(instruction, position)) {
    const std::size_t bit = bit_of(instruction, position);
    failed_splits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

void Machine::start_memory() {
  constexpr std::size_t kRetriesForFree = 1024;
  const std::size_t bits = program_->splits * (text_.size() + 1);
  ++retries_;
  if (retries_ > kRetriesForFree + (4 * text_.size()) && bits <= kMaxMemoryBits) {
    failed_splits_.assign((bits / 64) + 1, 0);
  }
}

void Machine::push(const Entry& entry) {
  if (stack_.size() == kMaxStack) {
    fail_over_budget();
  }
  stack_.push_back(entry);
}

void Machine::spend(std::size_t steps) {
  steps_ += steps;
  if (steps_ > budget_) {
    fail_over_budget();
  }
}

bool Machine::take_literal(const Instruction& instruction, Place& position) const {
  const std::uint32_t length = instruction.min;
  const std::string_view literal(program_->bytes.data() + instruction.index, length);
  if (instruction.backward) {
    if (position < length || text_.substr(position - length, length) != literal) {
      return false;
    }
    position -= length;
    return true;
  }
  if (text_.substr(position, length) != literal) {
    return false;
  }
  position += length;
  return true;
}

bool Machine::holds(AssertionKind kind, Place position) const {
  const auto size = static_cast<Place>(text_.size());
  switch (kind) {
    case AssertionKind::LineBegin:
      // A newline at the end begins no line.
      return position == 0 || (text_[position - 1] == '\n' && position != size);
    case AssertionKind::LineEnd:
      return position == size || text_[position] == '\n';
    case AssertionKind::TextBegin:
      return position == 0;
    case AssertionKind::TextEnd:
      return position == size;
    case AssertionKind::TextEndOrLastNewline:
      return position == size || (position + 1 == size && text_[position] == '\n');
    case AssertionKind::WordBoundary:
      return is_word_before(position) != is_word_after(position);
    case AssertionKind::NoWordBoundary:
      return is_word_before(position) == is_word_after(position);
  }
  return false;
}

bool Machine::is_word_after(Place position) const {
  return position < text_.size() &&
         program_->sets[program_->words].has(utf8::decode(text_, position).code);
}

bool Machine::is_word_before(Place position) const {
  return position > 0 && is_word_after(static_cast<Place>(utf8::previous(text_, position)));
}

}  // namespace onnxformers::regex
