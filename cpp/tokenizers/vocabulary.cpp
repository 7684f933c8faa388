#include "tokenizers/vocabulary.h"

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

namespace {

/// Look-ups that are under way at once.
constexpr std::size_t kTogether = 32;

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::optional<std::string_view>>& tokens)
    : seed_(hash_seed()) {
  std::vector<std::string_view> views;
  views.reserve(tokens.size());
  for (const auto& token : tokens) {
    std::string_view& view = views.emplace_back();
    if (token) {
      view = token->empty() ? "" : *token;  // that of "" has data, unlike that of a gap
    }
  }
  build(views);
}

Vocabulary::Vocabulary(const std::vector<std::string_view>& tokens) : seed_(hash_seed()) {
  build(tokens);
}

void Vocabulary::build(const std::vector<std::string_view>& tokens) {
  std::size_t bytes = 0;
  for (const std::string_view token : tokens) {
    bytes += token.size();
  }
  if (bytes > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorKind::FileFormat, "tokenizer.json", "model.vocab: more than 4 GB of tokens");
  }
  std::vector<std::uint32_t> begins;
  begins.reserve(tokens.size() + 1);
  std::vector<char> characters;
  characters.reserve(bytes);
  for (const std::string_view token : tokens) {
    begins.push_back(static_cast<std::uint32_t>(characters.size()));
    characters.insert(characters.end(), token.begin(), token.end());
  }
  begins.push_back(static_cast<std::uint32_t>(characters.size()));
  characters_ = std::move(characters);
  keep_begins(begins, tokens);
  insert_all();
}

void Vocabulary::keep_begins(const std::vector<std::uint32_t>& begins,
                             const std::vector<std::string_view>& tokens) {
  constexpr unsigned kMostBits = 6;
  block_bits_ = kMostBits;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    // Blocks of one token are always small enough.
    while (begins[i] - begins[i >> block_bits_ << block_bits_] >= kGap) {
      --block_bits_;
    }
  }
  std::vector<std::uint16_t> in_block;
  std::vector<std::uint32_t> blocks;
  in_block.reserve(begins.size());
  for (std::size_t i = 0; i < begins.size(); ++i) {
    if (i % (std::size_t{1} << block_bits_) == 0) {
      blocks.push_back(begins[i]);
    }
    const bool is_gap = i < tokens.size() && tokens[i].data() == nullptr;
    in_block.push_back(
        static_cast<std::uint16_t>((begins[i] - blocks.back()) | (is_gap ? kGap : 0U)));
  }
  begins_ = std::move(in_block);
  block_begins_ = std::move(blocks);
}

void Vocabulary::insert_all() {
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(begins_, [](std::uint16_t begin) { return (begin & kGap) == 0; }));
  std::vector<std::uint32_t> slots((count * 5 / 4) + 1, kFree);
  std::array<std::uint64_t, kTogether> hashes;  // NOLINT: written before it is read
  for (std::uint32_t first = 0; first < size(); first += kTogether) {
    const std::uint32_t last = std::min<std::uint32_t>(first + kTogether, size());
    for (std::uint32_t id = first; id < last; ++id) {
      hashes[id - first] = hash_bytes(view(id), seed_);
      prefetch(&slots[first_slot(hashes[id - first], slots.size())]);
    }
    for (std::uint32_t id = first; id < last; ++id) {
      if (!is_gap(id)) {
        insert(id, hashes[id - first], slots);
      }
    }
  }
  slots_ = std::move(slots);
}

void Vocabulary::insert(std::uint32_t id, std::uint64_t hash, std::vector<std::uint32_t>& slots) {
  const std::uint32_t mine = tag_of(hash) | id;
  std::size_t slot = first_slot(hash, slots.size());
  while (slots[slot] != kFree) {
    // A token twice with two ids: the last one counts, as in any JSON reader.
    if ((slots[slot] ^ mine) <= kIdMask && view(slots[slot] & kIdMask) == view(id)) {
      are_unique_ = false;
      break;
    }
    slot = slot + 1 == slots.size() ? 0 : slot + 1;
  }
  slots[slot] = mine;
}

Vocabulary Vocabulary::from_json(const Field& field) {
  const json::Value object = field.expect(json::Type::Object).value();
  std::vector<std::string_view> tokens;
  tokens.reserve(object.size());
  for (std::size_t i = 0; i < object.size(); ++i) {
    const json::Value value = object.member(i);
    // The path is only put together for the message.
    if (value.type() != json::Type::Integer) {
      (void)field.member(i).expect(json::Type::Integer);
    }
    const std::int64_t id = value.as_integer(field.path());
    if (id < 0 || id >= kMaxTokenId) {
      (void)field.member(i).as_token_id();
    }
    const auto index = static_cast<std::size_t>(id);
    if (index >= tokens.size()) {
      tokens.resize(index + 1);
    }
    std::string_view& token = tokens[index];
    if (token.data() != nullptr && token != object.key(i)) {
      field.member(i).fail("the id " + std::to_string(id) + " is also that of \"" +
                           shortened(token) + "\"");
    }
    token = object.key(i);
  }
  return Vocabulary(tokens);
}

std::uint32_t Vocabulary::find(std::string_view token, std::uint64_t hash) const noexcept {
  const std::uint32_t tag = tag_of(hash);
  std::size_t slot = first_slot(hash, slots_.size());
  while (slots_[slot] != kFree) {
    const std::uint32_t id = slots_[slot] & kIdMask;
    if ((slots_[slot] & ~kIdMask) == tag && view(id) == token) {
      return id;
    }
    slot = slot + 1 == slots_.size() ? 0 : slot + 1;
  }
  return kNone;
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view token) const noexcept {
  const std::uint32_t id = find(token, hash_bytes(token, seed_));
  return id == kNone ? std::nullopt : std::optional(id);
}

void Vocabulary::find_all(std::span<const std::string_view> tokens,
                          std::span<std::uint32_t> ids) const {
  std::array<std::uint64_t, kTogether> hashes;   // NOLINT: written before it is read
  std::array<std::uint32_t, kTogether> guesses;  // NOLINT: likewise
  for (std::size_t first = 0; first < tokens.size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, tokens.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash_bytes(tokens[first + i], seed_);
      prefetch(&slots_[first_slot(hashes[i], slots_.size())]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t slot = slots_[first_slot(hashes[i], slots_.size())];
      guesses[i] = slot == kFree ? 0 : slot & kIdMask;
      prefetch(begins_.data() + guesses[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      prefetch(characters_.data() + begin(guesses[i]));
    }
    for (std::size_t i = 0; i < count; ++i) {
      ids[first + i] = find(tokens[first + i], hashes[i]);
    }
  }
}

std::optional<std::string_view> Vocabulary::token(std::uint32_t id) const noexcept {
  if (id >= size() || is_gap(id)) {
    return std::nullopt;
  }
  return view(id);
}

}  // namespace onnxformers::tokenizers
