#pragma once

// The words of UnigramPipeline and their tokens; included by unigram_pipeline.cpp only.

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

/// Buffers of a thread, kept from text to text.
struct UnigramPipeline::Scratch {
  WordCache cache;
  UnigramSearch search;
  NormalizedText stretch;
  std::vector<PieceTrie::Code> codes;  // of the word being read, with its sign
  std::vector<char32_t> characters;    // likewise
  std::vector<Origin> origins;         // likewise; only with offsets
  std::string run;

  void shrink() {
    constexpr std::size_t kKept = std::size_t{1} << 16U;
    if (codes.capacity() > kKept) {
      codes = {};
      characters = {};
      origins = {};
      search.shrink();
    }
    stretch.shrink();
  }
};

/// The word that is being read, and the tokens of those before. Without offsets only ids are
/// written, and nothing else is kept track of.
template <bool kWithOffsets>
class UnigramPipeline::Words {
 public:
  using Kind = CharacterMap::Kind;
  using Mapped = CharacterMap::Mapped;

  struct Output {
    std::vector<std::uint32_t>* ids;
    Tokens* tokens;
    std::uint32_t* next_word;
  };

  Words(const UnigramPipeline& pipeline, const Output& output, Scratch& scratch)
      : pipeline_(pipeline),
        model_(pipeline.model_),
        output_(output),
        scratch_(scratch),
        ids_before_(output.ids->size()),
        words_before_(kWithOffsets ? *output.next_word : 0) {
    scratch_.codes.clear();
    scratch_.characters.clear();
    scratch_.origins.clear();
  }

  [[nodiscard]] std::size_t size() const { return output_.ids->size(); }

  /// Takes back what was written. Returns false, for the callers.
  bool undo() {
    output_.ids->resize(ids_before_);
    if constexpr (kWithOffsets) {
      output_.tokens->spans.resize(ids_before_);
      output_.tokens->words.resize(ids_before_);
      auto& texts = output_.tokens->texts;
      while (!texts.empty() && texts.back().first >= ids_before_) {
        texts.pop_back();
      }
      *output_.next_word = words_before_;
    }
    return false;
  }

  [[nodiscard]] bool has_letters() const { return state_ == State::Letters; }

  /// Whether a word that begins here has a sign and no letters yet.
  [[nodiscard]] bool is_at_first_letter() const {
    return state_ == State::Sign ||
           (state_ == State::NoWord && pipeline_.options_.prepend == Prepend::Always);
  }

  /// Takes a character after normalisation.
  void take(const Mapped& mapped, Origin origin) {
    if (mapped.kind == Kind::Space) {
      take_space(origin);
    } else if (mapped.kind == Kind::Sign) {
      flush();
      state_ = State::Sign;
      sign_origin_ = origin;
      sign_is_space_ = false;
    } else {
      take_letter(mapped, origin);
    }
  }

  void take_space(Origin origin) {
    const bool merges = state_ == State::Sign && sign_is_space_ && pipeline_.options_.merges_spaces;
    if (!merges) {
      flush();
    }
    if (!pipeline_.options_.splits_at_whitespace) {
      state_ = State::Sign;
      sign_origin_ = origin;
      sign_is_space_ = true;
    }
  }

  /// Takes a whole word of letters of ASCII, bytes [begin, end) of the text, where
  /// is_at_first_letter(). @param first index of its first character.
  void take_ascii_word(std::string_view text, std::size_t begin, std::size_t end,
                       std::uint32_t first) {
    const Origin sign = state_ == State::Sign ? sign_origin_ : first;
    const std::string_view ascii = text.substr(begin, end - begin);
    if (ascii.size() > ShortWord::kMaxBytes) {
      search_ascii_word(ascii, first, sign, nullptr);
    } else {
      const ShortWord word = load_word(text, begin, end);
      const WordCache::Entry* const entry = scratch_.cache.find(word, pipeline_.serial_);
      if (entry != nullptr) {
        put_entry(*entry, ascii, first, sign);
      } else {
        search_ascii_word(ascii, first, sign, &word);
      }
    }
    state_ = State::NoWord;
    end_word();
  }

  /// Ends the word, if there is one.
  void flush() {
    if (state_ == State::NoWord) {
      return;
    }
    if (state_ == State::Sign) {
      append(pipeline_.options_.characters.sign, pipeline_.sign_code_, sign_origin_);
    }
    model_.segment(scratch_.codes, scratch_.search, [&](const Unigram::Part& part) {
      std::uint32_t from = 0;
      std::uint32_t to = 0;
      if constexpr (kWithOffsets) {
        from = origin_begin(scratch_.origins[part.begin]);
        to = origin_end(scratch_.origins[part.end - 1]);
      }
      if (!part.is_unknown) {
        put_token(part.id, from, to);
        return;
      }
      model_.resolve(run_text(part), [&](std::uint32_t id, bool shows_text) {
        if (kWithOffsets && shows_text) {
          put_text(scratch_.run);
        }
        put_token(id, from, to);
      });
    });
    scratch_.codes.clear();
    scratch_.characters.clear();
    scratch_.origins.clear();
    state_ = State::NoWord;
    end_word();
  }

 private:
  enum class State : std::uint8_t {
    NoWord,   ///< at the beginning, or behind whitespace that is dropped
    Sign,     ///< the word has its sign and nothing else
    Letters,  ///< the word is in the buffers
  };

  void put_entry(const WordCache::Entry& entry, std::string_view ascii, std::uint32_t first,
                 Origin sign) {
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < entry.count; ++i) {
      if constexpr (kWithOffsets) {
        const std::uint32_t end = entry.ends[i];
        if ((entry.unknown >> i & 1U) != 0) {
          put_text(ascii_run(ascii, begin, end));
        }
        put_token(entry.ids[i], begin == 0 ? origin_begin(sign) : first + begin - 1,
                  end == 1 ? origin_end(sign) : first + end - 1);
        begin = end;
      } else {
        put_token(entry.ids[i], 0, 0);
      }
    }
  }

  /// Characters [begin, end) of a word, of which the first is its sign.
  const std::string& ascii_run(std::string_view ascii, std::uint32_t begin, std::uint32_t end) {
    scratch_.run.clear();
    for (std::uint32_t i = begin; i < end; ++i) {
      utf8::append(scratch_.run,
                   i == 0 ? pipeline_.options_.characters.sign
                          : pipeline_.ascii_characters_[static_cast<unsigned char>(ascii[i - 1])]);
    }
    return scratch_.run;
  }

  /// @param keep the word to remember, or null.
  void search_ascii_word(std::string_view ascii, std::uint32_t first, Origin sign,
                         const ShortWord* keep) {
    scratch_.codes.assign(1, pipeline_.sign_code_);
    for (const char c : ascii) {
      scratch_.codes.push_back(pipeline_.ascii_codes_[static_cast<unsigned char>(c)]);
    }
    WordCache::Entry found;
    model_.segment(scratch_.codes, scratch_.search, [&](const Unigram::Part& part) {
      const std::uint32_t from = part.begin == 0 ? origin_begin(sign) : first + part.begin - 1;
      const std::uint32_t to = part.end == 1 ? origin_end(sign) : first + part.end - 1;
      const auto put = [&](std::uint32_t id, bool shows_text) {
        if (found.count < WordCache::kMaxTokens) {
          found.ids[found.count] = id;
          found.ends[found.count] = static_cast<std::uint8_t>(part.end);
          found.unknown |= static_cast<std::uint8_t>((shows_text ? 1U : 0U) << found.count);
        }
        ++found.count;
        if (kWithOffsets && shows_text) {
          put_text(scratch_.run);
        }
        put_token(id, from, to);
      };
      if (!part.is_unknown) {
        put(part.id, false);
        return;
      }
      const std::uint8_t before = found.count;
      model_.resolve(ascii_run(ascii, part.begin, part.end), put);
      if (found.count > before + 1) {
        keep = nullptr;  // several tokens of the same place
      }
    });
    scratch_.codes.clear();
    if (keep != nullptr && found.count <= WordCache::kMaxTokens) {
      WordCache::Entry& entry = scratch_.cache.add(*keep, pipeline_.serial_);
      entry.count = found.count;
      entry.unknown = found.unknown;
      entry.ends = found.ends;
      entry.ids = found.ids;
    }
  }

  static ShortWord load_word(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    if (text.size() - begin < ShortWord::kMaxBytes) {
      return ShortWords::load(text.substr(begin, size));
    }
    ShortWord word;
    std::memcpy(&word.low, text.data() + begin, 8);
    std::memcpy(&word.high, text.data() + begin + 8, 8);
    word.low = first_bytes(word.low, size);
    word.high = size > 8 ? first_bytes(word.high, size - 8) : 0;
    word.length = static_cast<std::uint32_t>(size);
    return word;
  }

  static std::uint64_t first_bytes(std::uint64_t bytes, std::size_t count) {
    static_assert(std::endian::native == std::endian::little, "keeps the low bytes");
    return count >= 8 ? bytes : bytes & ((std::uint64_t{1} << (8U * count)) - 1);
  }

  void take_letter(const Mapped& mapped, Origin origin) {
    if (state_ == State::NoWord && prepends(origin)) {
      state_ = State::Sign;
      sign_origin_ = origin;
    }
    if (state_ == State::Sign) {
      append(pipeline_.options_.characters.sign, pipeline_.sign_code_, sign_origin_);
    }
    state_ = State::Letters;
    append(mapped.character, mapped.code, origin);
  }

  [[nodiscard]] bool prepends(Origin origin) const {
    const Prepend prepend = pipeline_.options_.prepend;
    return prepend == Prepend::Always || (prepend == Prepend::First && origin_begin(origin) == 0);
  }

  void append(char32_t character, PieceTrie::Code code, Origin origin) {
    scratch_.codes.push_back(code);
    scratch_.characters.push_back(character);
    if constexpr (kWithOffsets) {
      scratch_.origins.push_back(origin);
    }
  }

  const std::string& run_text(const Unigram::Part& part) {
    scratch_.run.clear();
    for (std::uint32_t i = part.begin; i < part.end; ++i) {
      utf8::append(scratch_.run, scratch_.characters[i]);
    }
    return scratch_.run;
  }

  void put_text(const std::string& text) {
    output_.tokens->texts.emplace_back(static_cast<std::uint32_t>(output_.ids->size()), text);
  }

  void put_token(std::uint32_t id, std::uint32_t begin, std::uint32_t end) {
    output_.ids->push_back(id);
    if constexpr (kWithOffsets) {
      output_.tokens->spans.push_back({.begin = begin, .end = end});
      output_.tokens->words.push_back(*output_.next_word);
    }
  }

  void end_word() {
    if constexpr (kWithOffsets) {
      ++*output_.next_word;
    }
  }

  const UnigramPipeline& pipeline_;
  const Unigram& model_;
  Output output_;
  Scratch& scratch_;
  std::size_t ids_before_;
  std::uint32_t words_before_;
  State state_ = State::NoWord;
  bool sign_is_space_ = false;
  Origin sign_origin_ = 0;
};

}  // namespace onnxformers::tokenizers
