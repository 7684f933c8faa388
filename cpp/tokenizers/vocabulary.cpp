#include "tokenizers/vocabulary.h"

#include <bit>

#include "base/errors.h"
#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

Vocabulary::Vocabulary(const std::vector<std::optional<std::string_view>>& tokens)
    : spans_(tokens.size()) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const auto& token : tokens) {
    bytes += token ? token->size() : 0;
    count += token ? 1 : 0;
  }
  slots_.resize(std::bit_ceil((count * 2) + 1));
  if (bytes >= kGap) {
    fail(ErrorKind::FileFormat, "tokenizer.json", "model.vocab: more than 4 GB of tokens");
  }
  characters_.reserve(bytes);
  for (std::uint32_t id = 0; id < size(); ++id) {
    const auto& token = tokens[id];
    if (token) {
      spans_[id] = {
          .begin = static_cast<std::uint32_t>(characters_.size()),
          .length = static_cast<std::uint32_t>(token->size()),
      };
      characters_.append(*token);
      insert(id);
    }
  }
}

Vocabulary Vocabulary::from_json(const Field& field) {
  const json::Value object = field.expect(json::Type::Object).value();
  std::vector<std::optional<std::string_view>> tokens;
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
    auto& token = tokens[index];
    if (token && *token != object.key(i)) {
      field.member(i).fail("the id " + std::to_string(id) + " is also that of \"" +
                           shortened(*token) + "\"");
    }
    token = object.key(i);
  }
  return Vocabulary(tokens);
}

void Vocabulary::insert(std::uint32_t id) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_bytes(view(id), hash_seed()) & mask;
  while (slots_[slot] != 0) {
    // A token twice with two ids: the last one counts, as in any JSON reader.
    if (view(slots_[slot] - 1) == view(id)) {
      break;
    }
    slot = (slot + 1) & mask;
  }
  slots_[slot] = id + 1;
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view token) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash_bytes(token, hash_seed()) & mask; slots_[slot] != 0;
       slot = (slot + 1) & mask) {
    if (view(slots_[slot] - 1) == token) {
      return slots_[slot] - 1;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> Vocabulary::token(std::uint32_t id) const noexcept {
  if (id >= spans_.size() || spans_[id].length == kGap) {
    return std::nullopt;
  }
  return view(id);
}

}  // namespace onnxformers::tokenizers
