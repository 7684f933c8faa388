#include "tokenizers/models/bpe_characters.h"

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
  for (auto& ids : ascii_) {
    ids.fill(kNone);
  }
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    if (!token || token->size() > prefix.size() + suffix.size() + kLongest ||
        vocabulary.find(*token) != id) {
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
      } else {
        others_.emplace(key(decoded.code, place), id);
      }
    }
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    const std::string token = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    bytes_[byte] = vocabulary.find(token).value_or(kNone);
  }
}

}  // namespace onnxformers::tokenizers
