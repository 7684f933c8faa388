#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/models/bpe.h"
#include "tokenizers/models/fit_cache.h"
#include "tokenizers/trie.h"

namespace onnxformers::tokenizers {

/// BPE over bytes without a queue of merges. The tokens of a text are the only sequence in which
/// every token is what BPE makes of its own bytes, and every two neighbours what it makes of
/// theirs. So the longest tokens are tried from the left, each that does not fit the one before it
/// gives way to the next shorter one, and where none is left the one before goes.
///
/// Two neighbours fit unless, while each is built from its bytes, a merge across their border comes
/// first. Going down the right side of the left token and the left side of the right one, in the
/// order in which their merges were made, all pairs that ever met there are looked up.
///
/// Time: linear; a position that led nowhere is not tried again.
///
/// Source: the idea is that of Github's crate bpe (Antwerpen and Neubeck 2024); here ranks and ids
/// may be in any order, and a token may come of several merges.
class ByteBpe {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// @param model whose merges are ordered and whose every byte is a token.
  explicit ByteBpe(const Bpe& model);

  /// Empty, for visit_tables() to fill.
  explicit ByteBpe(const BpeMerges& merges);

  void visit_tables(TableArchive& archive) {
    archive(tokens_);
    archive(bytes_);
    trie_.visit_tables(archive);
    archive(characters_);
  }

  /// Appends the tokens of a piece that is not empty.
  void append(std::string_view piece, std::vector<std::uint32_t>& ids, FitCache& cache) const;

  /// Whether BPE makes of the bytes of a token just that token.
  [[nodiscard]] bool is_reachable(std::uint32_t id) const noexcept {
    return tokens_[id].length != 0;
  }

  /// In bytes; 0 for tokens that are not reachable.
  [[nodiscard]] std::uint32_t length(std::uint32_t id) const noexcept { return tokens_[id].length; }

  /// The bytes of a token that is reachable.
  [[nodiscard]] std::string_view bytes(std::uint32_t id) const noexcept {
    return {bytes_.data() + tokens_[id].begin, tokens_[id].length};
  }

  /// Number of ids.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(tokens_.size());
  }

 private:
  /// How a token is made: its last merge is that of left and right.
  struct Token {
    std::uint32_t left = kNone;
    std::uint32_t right = kNone;
    std::uint32_t made = 0;         // 1 + rank of that merge; 0 for a single byte
    std::uint32_t shorter = kNone;  // longest other token that it begins with
    std::uint32_t length = 0;
    std::uint32_t begin = 0;           // of its bytes
    std::uint32_t first_left = kNone;  // lowest rank of the merges that it is the left part of
    std::uint32_t first_right = kNone;
  };

  void add_bytes(const Bpe& model);
  void add_merged();
  void add_trie();
  void add_characters();
  [[nodiscard]] Trie::Match longest(std::string_view piece, std::size_t begin) const noexcept;
  [[nodiscard]] bool fit(std::uint32_t left, std::uint32_t right, FitCache& cache) const noexcept;
  [[nodiscard]] bool border_holds(std::uint32_t left, std::uint32_t right,
                                  bool is_made) const noexcept;

  const BpeMerges& merges_;
  std::uint32_t number_;
  std::vector<Token> tokens_;
  std::string bytes_;
  Trie trie_;
  std::vector<Trie::Node> characters_;  // below the root, by code point of three bytes
};

}  // namespace onnxformers::tokenizers
