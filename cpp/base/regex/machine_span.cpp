// Machine: repeated sets.

#include "base/regex/machine.h"
#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

/// Bytes of a run of one set that count as one step.
constexpr std::size_t kBytesPerStep = 16;

Place next(std::string_view text, Place position) {
  return position + utf8::decode(text, position).length;
}

}  // namespace

bool Machine::take_one(const Instruction& instruction, Place& position) const {
  const CharTable& set = program_->sets[instruction.index];
  if (instruction.backward) {
    if (position == 0) {
      return false;
    }
    const auto before = static_cast<Place>(utf8::previous(text_, position));
    if (!set.has(utf8::decode(text_, before).code)) {
      return false;
    }
    position = before;
    return true;
  }
  if (position == text_.size()) {
    return false;
  }
  const auto [code, length] = utf8::decode(text_, position);
  if (!set.has(code)) {
    return false;
  }
  position += length;
  return true;
}

void Machine::give_one_back(const Instruction& instruction, Place& position) const {
  if (instruction.backward) {
    position += utf8::decode(text_, position).length;
  } else {
    position = static_cast<Place>(utf8::previous(text_, position));
  }
}

bool Machine::begin_span(const Instruction& instruction, std::uint32_t pc, Place& position) {
  const Place begin = position;
  for (std::uint32_t i = 0; i < instruction.min; ++i) {
    spend(1);
    if (!take_one(instruction, position)) {
      return false;
    }
  }
  if (instruction.mode == RepeatMode::Possessive) {
    return begin_possessive(instruction, pc, begin, position);
  }
  const Place low = position;
  const bool remembers = has_memory(instruction) && is_final(instruction, low);
  const Failed failed = has_memory(instruction) ? failed_spans_[instruction.memory] : Failed();
  if (remembers && failed.has(low)) {
    return false;
  }
  if (instruction.mode == RepeatMode::Lazy) {
    return begin_lazy(instruction, pc, low);
  }
  // Beyond the low place a failure is final: something was read.
  const bool may_join = failed.begin <= failed.end && failed.begin > low;
  const Place stop = may_join ? failed.begin : static_cast<Place>(text_.size()) + 1;
  take_many(instruction, stop, position);
  const bool joins = position == stop;
  if (joins) {
    give_one_back(instruction, position);
  }
  if (position != low) {
    push({.kind = Kind::Greedy,
          .pc = pc,
          .position = position,
          .low = low,
          .high = joins ? failed.end : position});
  }
  return true;
}

bool Machine::begin_lazy(const Instruction& instruction, std::uint32_t pc, Place position) {
  const std::uint32_t left =
      instruction.max == kUnlimited ? kUnlimited : instruction.max - instruction.min;
  push({.kind = Kind::Lazy, .pc = pc, .position = position, .low = position, .high = left});
  return true;
}

bool Machine::begin_possessive(const Instruction& instruction, std::uint32_t pc, Place begin,
                               Place& position) {
  const bool remembers = has_memory(instruction) && is_final(instruction, begin);
  if (remembers && failed_spans_[instruction.memory].has(begin)) {
    return false;
  }
  take_many(instruction, static_cast<Place>(text_.size()) + 1, position);
  if (remembers) {
    push({.kind = Kind::Possessive, .pc = pc, .position = 0, .low = begin, .high = position});
  }
  return true;
}

void Machine::take_many(const Instruction& instruction, Place stop, Place& position) {
  const Place begin = position;
  if (instruction.max != kUnlimited || instruction.backward) {
    for (std::uint32_t i = instruction.min; i < instruction.max && take_one(instruction, position);
         ++i) {
      spend(1);
    }
    return;
  }
  const CharTable& set = program_->sets[instruction.index];
  const auto size = static_cast<Place>(text_.size());
  while (position < size && position != stop) {
    const auto byte = static_cast<unsigned char>(text_[position]);
    if (byte < 0x80) {
      if (!set.has_ascii(byte)) {
        break;
      }
      ++position;
      continue;
    }
    const auto [code, length] = utf8::decode_multibyte(text_, position);
    if (!set.has(code)) {
      break;
    }
    position += length;
  }
  spend((position - begin) / kBytesPerStep);
}

bool Machine::retry_greedy(std::uint32_t& pc, Place& position) {
  Entry& entry = stack_.back();
  const Instruction& instruction = program_->code[entry.pc];
  if (entry.position == entry.low) {
    if (has_memory(instruction)) {
      note_failed(instruction, entry.low, entry.high);
    }
    stack_.pop_back();
    return false;
  }
  give_one_back(instruction, entry.position);
  pc = entry.pc + 1;
  position = entry.position;
  return true;
}

bool Machine::retry_lazy(std::uint32_t& pc, Place& position) {
  Entry& entry = stack_.back();
  const Instruction& instruction = program_->code[entry.pc];
  const Place tried = entry.position;
  Place high = tried;
  if (entry.high > 0 && take_one(instruction, entry.position)) {
    if (!has_memory(instruction) || !failed_spans_[instruction.memory].has(entry.position)) {
      entry.high -= entry.high == kUnlimited ? 0 : 1;
      pc = entry.pc + 1;
      position = entry.position;
      return true;
    }
    high = failed_spans_[instruction.memory].end;
  }
  if (has_memory(instruction)) {
    note_failed(instruction, entry.low, high);
  }
  stack_.pop_back();
  return false;
}

void Machine::note_failed(const Instruction& instruction, Place low, Place high) {
  // Where the round has read nothing so far the failure is none for good, but it is further on.
  const Place begin = is_final(instruction, low) || low == high ? low : next(text_, low);
  if (is_final(instruction, begin)) {
    failed_spans_[instruction.memory] = {.begin = begin, .end = high};
  }
}

}  // namespace onnxformers::regex
