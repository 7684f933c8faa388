#include "base/regex/first_bytes.h"

#include <string>

#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

std::size_t first_byte(char32_t code) {
  std::string bytes;
  utf8::append(bytes, code);
  return static_cast<unsigned char>(bytes.front());
}

/// The last code point below the surrogates, which no text has.
char32_t clamp(char32_t code) { return code >= 0xD800 && code <= 0xDFFF ? 0xD7FF : code; }

ByteSet first_bytes(const CharSet& set) {
  ByteSet bytes;
  for (const CharSet::Range& range : set.ranges()) {
    // The first byte grows with the code point.
    for (std::size_t byte = first_byte(clamp(range.first)); byte <= first_byte(clamp(range.last));
         ++byte) {
      bytes.set(byte);
    }
  }
  // Bytes within characters begin none.
  for (std::size_t byte = 0x80; byte < 0xC2; ++byte) {
    bytes.reset(byte);
  }
  return bytes;
}

}  // namespace

FirstBytes::FirstBytes(const Tree& tree) {
  for (const CharSet& set : tree.sets) {
    by_set_.push_back(first_bytes(set));
  }
  for (const Node& node : tree.nodes) {
    facts_.push_back(make(node));
  }
}

FirstBytes::Facts FirstBytes::make(const Node& node) const {
  Facts facts;
  switch (node.kind) {
    case NodeKind::Character:
      facts.bytes.set(first_byte(node.code));
      break;
    case NodeKind::Set:
      facts.bytes = by_set_[node.set];
      break;
    case NodeKind::Sequence:
      facts.may_be_empty = true;
      for (const std::uint32_t child : node.children) {
        facts.bytes |= facts_[child].bytes;
        if (!facts_[child].may_be_empty) {
          facts.may_be_empty = false;
          break;
        }
      }
      break;
    case NodeKind::Choice:
      for (const std::uint32_t child : node.children) {
        facts.bytes |= facts_[child].bytes;
        facts.may_be_empty |= facts_[child].may_be_empty;
      }
      break;
    case NodeKind::Repeat:
      facts = facts_[node.children.front()];
      facts.may_be_empty |= node.min == 0;
      break;
    case NodeKind::Atomic:
      facts = facts_[node.children.front()];
      break;
    case NodeKind::Look:
    case NodeKind::Assertion:
      facts.may_be_empty = true;
      break;
  }
  return facts;
}

}  // namespace onnxformers::regex
