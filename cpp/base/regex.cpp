#include "base/regex.h"

#include "base/regex/machine.h"
#include "base/regex/program.h"
#include "base/utf8.h"

namespace onnxformers {

namespace {

using regex::Place;

/// The first place from `begin` on where a match may begin.
Place next_start(const regex::Program& program, std::string_view text, Place begin) {
  if (program.may_be_empty) {
    return begin;
  }
  while (begin < text.size() && !program.first[static_cast<unsigned char>(text[begin])]) {
    ++begin;
  }
  return begin;
}

std::size_t length_at(std::string_view text, std::size_t position) {
  return position < text.size() ? utf8::decode(text, position).length : 1;
}

/// Leftmost match from `begin` on.
std::optional<Regex::Match> find(const regex::Program& program, regex::Machine& machine,
                                 std::string_view text, Place begin) {
  while (true) {
    begin = next_start(program, text, begin);
    if (begin > text.size() || (begin == text.size() && !program.may_be_empty)) {
      return std::nullopt;
    }
    if (const std::optional<Place> end = machine.match(begin)) {
      return Regex::Match{.begin = begin, .end = *end};
    }
    begin += static_cast<Place>(length_at(text, begin));
  }
}

}  // namespace

Regex::Regex(std::string_view pattern)
    : program_(std::make_unique<const regex::Program>(regex::compile(regex::parse(pattern)))) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

void Regex::find_all(std::string_view text, std::vector<Match>& matches) const {
  static thread_local regex::Machine machine;
  machine.start(*program_, text);
  std::optional<std::size_t> last;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::optional<Match> match = find(*program_, machine, text, static_cast<Place>(from));
    if (!match) {
      break;
    }
    if (match->begin == match->end && last == match->end) {
      from += length_at(text, from);
    } else {
      matches.push_back(*match);
      last = match->end;
      from = match->end;
    }
  }
  machine.shrink();
}

}  // namespace onnxformers
