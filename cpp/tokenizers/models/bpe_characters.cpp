#include "tokenizers/models/bpe_characters.h"

#include <bit>
#include <string>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

/// The token without prefix and suffix, empty if it has not both of them.
std::string_view stripped(std::string_view token, std::string_view prefix,
                          std::string_view suffix) {
  if (token.size() < prefix.size() + suffix.size() || !token.starts_with(prefix) ||
      !token.ends_with(suffix)) {
    return {};
  }
  token.remove_prefix(prefix.size());
  token.remove_suffix(suffix.size());
  return token;
}

}  // namespace

BpeCharacters::BpeCharacters(const Vocabulary& vocabulary, std::string_view prefix,
                             std::string_view suffix) {
  constexpr std::size_t kLongest = 4;
  std::vector<Entry> others;
  place_mask_ = prefix.empty() && suffix.empty() ? 0 : kPlaces - 1;
  for (auto& ids : ascii_) {
    ids.fill(kNone);
  }
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    if (!token || token->size() > prefix.size() + suffix.size() + kLongest ||
        !vocabulary.is_found(id)) {
      continue;
    }
    for (unsigned place = 0; place < kPlaces; ++place) {
      const std::string_view character =
          stripped(*token, (place & kContinues) != 0 ? prefix : std::string_view(),
                   (place & kEnds) != 0 ? suffix : std::string_view());
      if (character.empty()) {
        continue;
      }
      const utf8::Decoded decoded = utf8::decode(character, 0);
      if (decoded.length != character.size()) {
        continue;
      }
      if (decoded.code < kAscii) {
        ascii_[place][decoded.code] = id;
      } else if ((place & place_mask_) == place) {
        others.push_back({.key = key(decoded.code, place), .id = id});
      }
    }
  }
  index_others(others);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    const std::string token = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    bytes_[byte] = vocabulary.find(token).value_or(kNone);
  }
}

void BpeCharacters::index_others(const std::vector<Entry>& entries) {
  std::vector<Entry> slots(std::bit_ceil((entries.size() * 2) + 2));
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots.size()));
  for (const Entry& entry : entries) {
    std::size_t slot = first_slot(entry.key);
    while (slots[slot].key != 0) {
      slot = (slot + 1) & (slots.size() - 1);
    }
    slots[slot] = entry;
  }
  others_ = std::move(slots);
}

}  // namespace onnxformers::tokenizers
