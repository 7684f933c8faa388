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
    // A string_view of "" has data, unlike that of a gap.
    views.push_back(!token ? std::string_view() : token->empty() ? std::string_view("") : *token);
  }
  build(views);
}

Vocabulary::Vocabulary(const std::vector<std::string_view>& tokens) : seed_(hash_seed()) {
  build(tokens);
}

void Vocabulary::build(const std::vector<std::string_view>& tokens) {
  std::vector<Span> spans(tokens.size());
  std::size_t bytes = 0;
  for (const std::string_view token : tokens) {
    bytes += token.size();
  }
  if (bytes >= kGap) {
    fail(ErrorKind::FileFormat, "tokenizer.json", "model.vocab: more than 4 GB of tokens");
  }
  std::vector<char> characters;
  characters.reserve(bytes);
  for (std::uint32_t id = 0; id < spans.size(); ++id) {
    const std::string_view token = tokens[id];
    if (token.data() != nullptr) {
      spans[id] = {
          .begin = static_cast<std::uint32_t>(characters.size()),
          .length = static_cast<std::uint32_t>(token.size()),
      };
      characters.insert(characters.end(), token.begin(), token.end());
    }
  }
  characters_ = std::move(characters);
  spans_ = std::move(spans);
  insert_all();
}

void Vocabulary::insert_all() {
  std::size_t count = 0;
  for (const Span& span : spans_) {
    count += span.length == kGap ? 0 : 1;
  }
  std::vector<Slot> slots((count * 7 / 4) + 2);
  std::array<std::uint64_t, kTogether> hashes;  // NOLINT: written before it is read
  for (std::uint32_t first = 0; first < size(); first += kTogether) {
    const std::uint32_t last = std::min<std::uint32_t>(first + kTogether, size());
    for (std::uint32_t id = first; id < last; ++id) {
      if (spans_[id].length != kGap) {
        hashes[id - first] = hash_bytes(view(id), seed_);
        prefetch(&slots[first_slot(hashes[id - first], slots.size())]);
      }
    }
    for (std::uint32_t id = first; id < last; ++id) {
      if (spans_[id].length != kGap) {
        insert(id, hashes[id - first], slots);
      }
    }
  }
  slots_ = std::move(slots);
}

void Vocabulary::insert(std::uint32_t id, std::uint64_t hash, std::vector<Slot>& slots) const {
  const auto upper = static_cast<std::uint32_t>(hash >> 32U);
  std::size_t slot = first_slot(hash, slots.size());
  while (slots[slot].id != kNone) {
    // A token twice with two ids: the last one counts, as in any JSON reader.
    if (slots[slot].hash == upper && view(slots[slot].id) == view(id)) {
      break;
    }
    slot = slot + 1 == slots.size() ? 0 : slot + 1;
  }
  slots[slot] = {.hash = upper, .id = id};
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
  const auto upper = static_cast<std::uint32_t>(hash >> 32U);
  std::size_t slot = first_slot(hash, slots_.size());
  while (slots_[slot].id != kNone) {
    if (slots_[slot].hash == upper && view(slots_[slot].id) == token) {
      return slots_[slot].id;
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
  std::array<std::uint64_t, kTogether> hashes;  // NOLINT: written before it is read
  for (std::size_t first = 0; first < tokens.size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, tokens.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash_bytes(tokens[first + i], seed_);
      prefetch(&slots_[first_slot(hashes[i], slots_.size())]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t id = slots_[first_slot(hashes[i], slots_.size())].id;
      prefetch(spans_.data() + (id == kNone ? 0 : id));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t id = slots_[first_slot(hashes[i], slots_.size())].id;
      prefetch(characters_.data() + (id == kNone ? 0 : spans_[id].begin));
    }
    for (std::size_t i = 0; i < count; ++i) {
      ids[first + i] = find(tokens[first + i], hashes[i]);
    }
  }
}

std::optional<std::string_view> Vocabulary::token(std::uint32_t id) const noexcept {
  if (id >= spans_.size() || spans_[id].length == kGap) {
    return std::nullopt;
  }
  return view(id);
}

}  // namespace onnxformers::tokenizers
