#include "tokenizers/models/bpe_characters.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

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
                             std::string_view suffix)
    : place_bits_(prefix.empty() && suffix.empty() ? 0 : kPlaceBits) {
  constexpr std::size_t kLongest = 4;
  const std::size_t block_size = std::size_t{1} << (place_bits_ + kBlockBits);
  std::vector<std::uint16_t> blocks;
  std::vector<std::uint32_t> ids(block_size, kNone);
  const auto set = [&](char32_t code, unsigned place, std::uint32_t id) {
    const std::size_t high = code >> kBlockBits;
    blocks.resize(std::max(blocks.size(), high + 1));
    if (blocks[high] == 0) {
      blocks[high] = static_cast<std::uint16_t>(ids.size() / block_size);
      ids.resize(ids.size() + block_size, kNone);
    }
    ids[index(blocks[high], code, place)] = id;
  };
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    if (!token || token->size() > prefix.size() + suffix.size() + kLongest ||
        !vocabulary.is_found(id)) {
      continue;
    }
    for (unsigned place = 0; place < 1U << place_bits_; ++place) {
      const std::string_view character =
          stripped(*token, (place & kContinues) != 0 ? prefix : std::string_view(),
                   (place & kEnds) != 0 ? suffix : std::string_view());
      if (character.empty()) {
        continue;
      }
      const utf8::Decoded decoded = utf8::decode(character, 0);
      if (decoded.length == character.size()) {
        set(decoded.code, place, id);
      }
    }
  }
  blocks_ = std::move(blocks);
  ids_ = std::move(ids);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    const std::string token = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    bytes_[byte] = vocabulary.find(token).value_or(kNone);
  }
}

}  // namespace onnxformers::tokenizers
