#include "tokenizers/normalizers/charsmap.h"

#include <utility>
#include <vector>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::uint32_t kIsValue = 1U << 31U;

std::uint32_t read_unit(std::string_view bytes, std::size_t place) {
  // Spelt out, compilers make one load of it.
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(bytes[place + i])};
  };
  return byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U;
}

// Of a unit that is no value: bits 0-7 are the byte that leads to it, bit 8 tells that a key ends
// there, bit 9 that the offset in bits 10-30 counts 256 at a time.
std::uint32_t label(std::uint32_t unit) { return unit & (kIsValue | 0xFFU); }
bool ends_key(std::uint32_t unit) { return (unit >> 8U & 1U) != 0; }
std::size_t offset(std::uint32_t unit) {
  // The reference shifts 64 bits, where nothing is lost.
  return std::size_t{unit >> 10U} << ((unit & 1U << 9U) >> 6U);
}

}  // namespace

std::optional<Charsmap> Charsmap::parse(std::string_view bytes, std::string& error) {
  const std::size_t size = bytes.size() < 4 ? 0 : read_unit(bytes, 0);
  if (size == 0 || size % 4 != 0 || size > bytes.size() - 4) {
    error = "its array does not fit in its " + std::to_string(bytes.size()) + " bytes";
    return std::nullopt;
  }
  std::vector<std::uint32_t> units(size / 4);
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i] = read_unit(bytes, (i + 1) * 4);
  }
  const std::string_view block = bytes.substr(size + 4);
  if (!utf8::is_valid(block)) {
    error = "its replacements are not UTF-8";
    return std::nullopt;
  }
  Charsmap map;
  map.units_ = std::move(units);
  map.block_ = std::vector<char>(block.begin(), block.end());
  if (!map.is_sound(error)) {
    return std::nullopt;
  }
  map.note_leads();
  return map;
}

bool Charsmap::is_sound(std::string& error) const {
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const std::uint32_t unit = units_[i];
    if ((unit & kIsValue) != 0) {
      continue;
    }
    const std::size_t next = i ^ offset(unit);
    if (next >= units_.size()) {
      error = "unit " + std::to_string(i) + " of its array points outside";
      return false;
    }
    const std::size_t place = units_[next] & ~kIsValue;
    if (ends_key(unit) && (place > block_.size() ||
                           (place < block_.size() && utf8::is_continuation(block_[place])))) {
      error = "unit " + std::to_string(i) + " of its array points to no replacement";
      return false;
    }
  }
  return true;
}

bool Charsmap::step(std::size_t& node, unsigned char byte) const noexcept {
  const std::size_t next = node ^ byte;
  if (byte == 0 || next >= units_.size() || label(units_[next]) != byte) {
    return false;
  }
  node = next;
  return true;
}

void Charsmap::note_leads() {
  for (unsigned lead = 1; lead < 0x80; ++lead) {
    const char byte = static_cast<char>(lead);
    ascii_.set(lead, find({&byte, 1}).has_value());
  }
  for (unsigned lead = 0x80; lead < 0x100; ++lead) {
    for (unsigned second = 0x80; second < 0xC0; ++second) {
      pairs_.set(((lead & 0x7FU) << 6U) | (second & 0x3FU), may_map(lead, second));
    }
  }
}

/// Whether a key is one of these bytes or both, or goes on after them in the same character.
bool Charsmap::may_map(unsigned lead, unsigned second) const noexcept {
  constexpr unsigned kFirstOfThree = 0xE0;
  std::size_t node = offset(units_[0]);
  for (const unsigned byte : {lead, second}) {
    if (!step(node, static_cast<unsigned char>(byte))) {
      return false;
    }
    if (ends_key(units_[node])) {
      return true;
    }
    node ^= offset(units_[node]);
  }
  return lead >= kFirstOfThree;
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const noexcept {
  std::size_t node = offset(units_[0]);
  for (const char c : text) {
    if (!step(node, static_cast<unsigned char>(c))) {
      return std::nullopt;
    }
    const std::uint32_t unit = units_[node];
    node ^= offset(unit);
    if (ends_key(unit)) {
      const std::size_t place = units_[node] & ~kIsValue;
      const std::string_view replacement(block_.data() + place, block_.size() - place);
      return replacement.substr(0, replacement.find('\0'));
    }
  }
  return std::nullopt;
}

}  // namespace onnxformers::tokenizers
