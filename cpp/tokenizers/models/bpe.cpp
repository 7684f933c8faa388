#include "tokenizers/models/bpe.h"

#include <utility>

#include "base/errors.h"
#include "base/utf8.h"
#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

/// The characters of a word before merging.
struct Bpe::Symbols {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> lengths;  ///< in bytes of the word

  // An unknown token that is not added yet: more characters may join it.
  std::uint32_t unknown_length = 0;
  std::uint32_t unknown_id = 0;

  void clear() {
    ids.clear();
    lengths.clear();
    unknown_length = 0;
  }
  void add(std::uint32_t id, std::size_t length) {
    ids.push_back(id);
    lengths.push_back(static_cast<std::uint32_t>(length));
  }
  void add_pending() {
    if (unknown_length != 0) {
      add(unknown_id, unknown_length);
      unknown_length = 0;
    }
  }
};

Bpe::Bpe(Vocabulary vocabulary, Options options, const std::vector<BpeMerges::Merge>& merges)
    : Model(std::move(vocabulary)),
      options_(std::move(options)),
      merges_(BpeMerges::by_id(merges)),
      characters_(this->vocabulary(), options_.continuing_subword_prefix,
                  options_.end_of_word_suffix) {
  if (options_.unk_token) {
    unk_id_ = this->vocabulary().find(*options_.unk_token);
  }
  if (!merges_.is_ordered()) {
    // Files made from SentencePiece list every split of every token: most of it never happens.
    if (const auto derivations = derive()) {
      merges_ = BpeMerges(BpeMerges::by_id(derivations->merges()));
    }
  }
}

void Bpe::visit_tables(TableArchive& archive) {
  Model::visit_tables(archive);
  archive(options_.unk_token);
  archive(options_.continuing_subword_prefix);
  archive(options_.end_of_word_suffix);
  archive(options_.fuse_unk);
  archive(options_.byte_fallback);
  archive(options_.ignore_merges);
  archive(unk_id_);
  merges_.visit_tables(archive);
  characters_.visit_tables(archive);
}

std::optional<BpeDerivations> Bpe::derive() const {
  if (!options_.continuing_subword_prefix.empty() || !options_.end_of_word_suffix.empty()) {
    return std::nullopt;
  }
  std::vector<bool> is_symbol(vocabulary().size());
  std::vector<bool> is_special(vocabulary().size());
  characters_.for_each([&](std::uint32_t id) { is_symbol[id] = true; });
  if (unk_id_) {
    is_special[*unk_id_] = true;
  }
  for (std::size_t byte = 0; options_.byte_fallback && byte < 256; ++byte) {
    const std::uint32_t id = characters_.find_byte(static_cast<unsigned char>(byte));
    if (id != BpeCharacters::kNone) {
      is_special[id] = true;
    }
  }
  for (std::uint32_t rank = 0; rank < merges_.size(); ++rank) {
    if (merges_.is_live(rank) &&
        (is_special[merges_.left(rank)] || is_special[merges_.right(rank)] ||
         is_special[merges_.merged(rank)])) {
      return std::nullopt;
    }
  }
  return BpeDerivations::make(merges_, is_symbol);
}

Bpe::Symbols& Bpe::scratch() {
  static thread_local Symbols symbols;
  return symbols;
}

std::optional<std::uint32_t> Bpe::find_whole(std::string_view word) const {
  return options_.ignore_merges ? vocabulary().find(word) : std::nullopt;
}

std::uint32_t Bpe::unk_id() const {
  if (!unk_id_) {
    fail(ErrorKind::InvalidArgument, "Tokenizer",
         "the text has a character that is no token, and the unknown token \"" +
             shortened(*options_.unk_token) + "\" is not in the vocabulary");
  }
  return *unk_id_;
}

bool Bpe::add_bytes(std::string_view bytes, Symbols& symbols) const {
  for (const char byte : bytes) {
    if (characters_.find_byte(static_cast<unsigned char>(byte)) == BpeCharacters::kNone) {
      return false;
    }
  }
  for (const char byte : bytes) {
    symbols.add(characters_.find_byte(static_cast<unsigned char>(byte)), 1);
  }
  return true;
}

/// A character that has no token. As in the reference, an unknown token that waits for more
/// characters stays behind the bytes of the next ones, and a character is left out where there is
/// no unknown token.
void Bpe::add_unknown(std::string_view word, const BpeCharacter& character,
                      Symbols& symbols) const {
  if (options_.byte_fallback) {
    std::string bytes;
    if (character.begin != 0) {
      bytes = options_.continuing_subword_prefix;
    }
    bytes.append(word.substr(character.begin, character.end - character.begin));
    if (character.end == word.size()) {
      bytes.append(options_.end_of_word_suffix);
    }
    if (add_bytes(bytes, symbols)) {
      return;
    }
  }
  if (!options_.unk_token) {
    return;
  }
  if (!options_.fuse_unk) {
    symbols.add_pending();
  }
  symbols.unknown_id = unk_id();
  symbols.unknown_length += static_cast<std::uint32_t>(character.end - character.begin);
}

void Bpe::split(std::string_view word, Symbols& symbols) const {
  symbols.clear();
  unsigned place = 0;
  for (std::size_t begin = 0; begin < word.size();) {
    const utf8::Decoded decoded = utf8::decode(word, begin);
    const std::size_t end = begin + decoded.length;
    if (end == word.size()) {
      place |= BpeCharacters::kEnds;
    }
    const std::uint32_t id = characters_.find(decoded.code, place);
    if (id != BpeCharacters::kNone) {
      symbols.add_pending();
      symbols.add(id, decoded.length);
    } else {
      add_unknown(word, {.begin = begin, .end = end, .code = decoded.code}, symbols);
    }
    place = BpeCharacters::kContinues;
    begin = end;
  }
  symbols.add_pending();
}

void Bpe::append_merged(std::span<const std::uint32_t> symbols,
                        std::vector<std::uint32_t>& ids) const {
  merge_bpe_word(merges_, symbols,
                 [&](std::uint32_t id, std::size_t, std::size_t) { ids.push_back(id); });
}

void Bpe::append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const {
  if (const auto whole = find_whole(word)) {
    ids.push_back(*whole);
    return;
  }
  Symbols& symbols = scratch();
  split(word, symbols);
  append_merged(symbols.ids, ids);
}

void Bpe::append_tokens(std::string_view word, std::vector<WordToken>& tokens) const {
  if (const auto whole = find_whole(word)) {
    tokens.push_back({.id = *whole, .begin = 0, .end = static_cast<std::uint32_t>(word.size())});
    return;
  }
  Symbols& symbols = scratch();
  split(word, symbols);
  std::size_t at = 0;
  merge_bpe_word(merges_, symbols.ids, [&](std::uint32_t id, std::size_t begin, std::size_t end) {
    const std::size_t from = at;
    for (std::size_t i = begin; i < end; ++i) {
      at += symbols.lengths[i];
    }
    // The bytes of a prefix or suffix count too, so the tokens may be longer than the word.
    tokens.push_back({
        .id = id,
        .begin = static_cast<std::uint32_t>(std::min(from, word.size() - 1)),
        .end = static_cast<std::uint32_t>(std::min(at, word.size())),
    });
  });
}

bool Bpe::is_reachable(std::uint32_t id) const {
  const auto token = vocabulary().token(id);
  const std::string& suffix = options_.end_of_word_suffix;
  if (!token || token->size() <= suffix.size() || !token->ends_with(suffix)) {
    return false;
  }
  const std::string_view word = token->substr(0, token->size() - suffix.size());
  if (const auto whole = find_whole(word)) {
    return *whole == id;
  }
  Symbols& symbols = scratch();
  split(word, symbols);
  std::vector<std::uint32_t> ids;
  append_merged(symbols.ids, ids);
  return ids.size() == 1 && ids.front() == id;
}

}  // namespace onnxformers::tokenizers
