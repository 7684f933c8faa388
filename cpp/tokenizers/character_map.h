#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizers/models/piece_trie.h"
#include "tokenizers/normalizers/normalizer.h"

namespace onnxformers::tokenizers {

/// What normalizers make of single characters that stand alone (is_lone()), for a fast path that
/// splits at spaces and looks pieces up: worked out when a character is met first, and kept. Looks
/// immutable from outside; one serves many threads.
///
/// Time: two loads for a character met before.
class CharacterMap {
 public:
  enum class Kind : std::uint8_t {
    Letter,   ///< becomes one character, which belongs to a word
    Space,    ///< becomes one character, which ends a word
    Sign,     ///< becomes the sign that begins a word
    Several,  ///< becomes several characters: normalize() tells
    Drop,     ///< becomes nothing
    Joined,   ///< may depend on its neighbours
    Stages,   ///< an added token may begin with it
  };

  /// `character` and `code` are those after normalisation, if it is one character.
  struct Mapped {
    Kind kind;
    bool is_patterned;  ///< next to another of the sort it may depend on that
    bool vanishes;      ///< alone it becomes nothing
    char32_t character;
    PieceTrie::Code code;
  };

  struct Options {
    std::vector<const Normalizer*> steps;  ///< must outlive the map
    std::u32string patterned;  ///< characters of which some step rewrites several together
    std::array<bool, 256> added_starts{};  ///< first bytes of added tokens in normalised text
    char32_t sign = U'\u2581';
    bool splits_at_whitespace = false;  ///< not at U+0020 alone
  };

  /// @param pieces must outlive the map.
  CharacterMap(Options options, const PieceTrie& pieces)
      : options_(std::move(options)), pieces_(pieces) {}
  CharacterMap(const CharacterMap&) = delete;
  CharacterMap& operator=(const CharacterMap&) = delete;
  ~CharacterMap();

  [[nodiscard]] Mapped map(char32_t character) const {
    // Unpacked in one place, which stays in registers.
    const Page* const page = pages_[character / kPageSize].load(std::memory_order_acquire);
    std::uint64_t packed = 0;
    if (page != nullptr) {
      packed = (*page)[character % kPageSize].load(std::memory_order_relaxed);
    }
    return unpack(packed != 0 ? packed : keep(character));
  }

  /// What the steps make of a stretch of text that is cut off from its neighbours.
  void normalize(NormalizedText& text) const;

  /// What a character means after normalisation.
  [[nodiscard]] Mapped classify(char32_t normalized) const;

 private:
  static constexpr char32_t kPageSize = 0x100;
  using Page = std::array<std::atomic<std::uint64_t>, kPageSize>;

  static constexpr unsigned kPatternedBit = 4;
  static constexpr unsigned kVanishesBit = 5;
  static constexpr unsigned kCharacterShift = 8;
  static constexpr unsigned kCodeShift = 32;

  // The kind is kept plus one: 0 is a character not met yet.
  static Mapped unpack(std::uint64_t packed) {
    return {
        .kind = static_cast<Kind>((packed & ((1U << kPatternedBit) - 1)) - 1),
        .is_patterned = (packed >> kPatternedBit & 1U) != 0,
        .vanishes = (packed >> kVanishesBit & 1U) != 0,
        .character = static_cast<char32_t>(packed >> kCharacterShift & 0x1FFFFFU),
        .code = static_cast<PieceTrie::Code>(packed >> kCodeShift),
    };
  }
  static std::uint64_t pack(const Mapped& mapped) {
    return (static_cast<std::uint64_t>(mapped.kind) + 1) |
           static_cast<std::uint64_t>(mapped.is_patterned) << kPatternedBit |
           static_cast<std::uint64_t>(mapped.vanishes) << kVanishesBit |
           static_cast<std::uint64_t>(mapped.character) << kCharacterShift |
           static_cast<std::uint64_t>(mapped.code) << kCodeShift;
  }

  [[nodiscard]] std::uint64_t keep(char32_t character) const;
  [[nodiscard]] Mapped compute(char32_t character) const;
  [[nodiscard]] bool has_patterned(std::string_view text) const;

  Options options_;
  const PieceTrie& pieces_;
  mutable std::array<std::atomic<Page*>, 0x110000 / kPageSize> pages_{};
};

}  // namespace onnxformers::tokenizers
