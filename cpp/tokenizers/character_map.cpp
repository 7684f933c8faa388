#include "tokenizers/character_map.h"

#include <memory>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/lone_characters.h"

namespace onnxformers::tokenizers {

namespace {

/// Of the UTF-8 form.
unsigned first_byte(char32_t character) {
  return character < 0x80      ? character
         : character < 0x800   ? 0xC0U | character >> 6U
         : character < 0x10000 ? 0xE0U | character >> 12U
                               : 0xF0U | character >> 18U;
}

}  // namespace

CharacterMap::~CharacterMap() {
  for (const auto& page : pages_) {
    const std::unique_ptr<Page> owned(page.load(std::memory_order_relaxed));
  }
}

/// Works out what map() unpacks.
std::uint64_t CharacterMap::keep(char32_t character) const {
  const std::uint64_t packed = pack(compute(character));
  std::atomic<Page*>& place = pages_[character / kPageSize];
  Page* page = place.load(std::memory_order_acquire);
  if (page == nullptr) {
    auto fresh = std::make_unique<Page>();
    // Another thread may be faster: then its page counts.
    if (place.compare_exchange_strong(page, fresh.get(), std::memory_order_acq_rel)) {
      page = fresh.release();
    }
  }
  (*page)[character % kPageSize].store(packed, std::memory_order_relaxed);
  return packed;
}

bool CharacterMap::has_patterned(std::string_view text) const {
  for (std::size_t i = 0; i < text.size();) {
    const auto [code, length] = utf8::decode(text, i);
    if (options_.patterned.find(code) != std::u32string::npos) {
      return true;
    }
    i += length;
  }
  return false;
}

CharacterMap::Mapped CharacterMap::compute(char32_t character) const {
  Mapped mapped{
      .kind = Kind::Joined, .is_patterned = false, .vanishes = false, .character = 0, .code = 0};
  std::string own;
  utf8::append(own, character);
  NormalizedText text;
  text.reset(own, 0, false);
  bool is_patterned = has_patterned(text.text());
  for (const Normalizer* step : options_.steps) {
    step->normalize(text);
    is_patterned = is_patterned || has_patterned(text.text());
  }
  const std::string_view normalized = text.text();
  mapped.vanishes = normalized.empty();
  if (!is_lone(character)) {
    return mapped;
  }
  if (normalized.empty()) {
    mapped.kind = Kind::Drop;
  } else {
    mapped = classify(utf8::decode(normalized, 0).code);
    if (mapped.kind != Kind::Stages && utf8::count(normalized) > 1) {
      mapped.kind = Kind::Several;
    }
  }
  mapped.is_patterned = is_patterned;
  return mapped;
}

void CharacterMap::normalize(NormalizedText& text) const {
  for (const Normalizer* step : options_.steps) {
    step->normalize(text);
  }
}

CharacterMap::Mapped CharacterMap::classify(char32_t normalized) const {
  Mapped mapped{.kind = Kind::Letter,
                .is_patterned = false,
                .vanishes = false,
                .character = normalized,
                .code = pieces_.code(normalized)};
  if (options_.added_starts[first_byte(normalized)]) {
    mapped.kind = Kind::Stages;
  } else if (normalized == options_.sign) {
    mapped.kind = Kind::Sign;
  } else if (normalized == U' ' ||
             (options_.splits_at_whitespace && unicode::is_whitespace(normalized))) {
    mapped.kind = Kind::Space;
  }
  return mapped;
}

}  // namespace onnxformers::tokenizers
