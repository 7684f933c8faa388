#pragma once

// The words of UnigramPipeline and their tokens; included by
// unigram_pipeline.cpp only.

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/unigram_output.h"

namespace onnxformers::tokenizers {

/// The word that is being read character by character.
template <bool kWithOffsets>
class UnigramPipeline::Words {
 public:
  using Kind = CharacterMap::Kind;
  using Mapped = CharacterMap::Mapped;

  Words(const UnigramPipeline& pipeline, Output<kWithOffsets>& output, Scratch& scratch)
      : pipeline_(pipeline), model_(pipeline.model_), output_(output), scratch_(scratch) {
    scratch_.codes.clear();
    scratch_.characters.clear();
    scratch_.origins.clear();
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

  /// Origin of the sign of a word that begins with a character, where
  /// is_at_first_letter().
  [[nodiscard]] Origin sign_origin(std::uint32_t first) const {
    return state_ == State::Sign ? sign_origin_ : first;
  }

  /// A whole word has been taken by another way.
  void pass_word() {
    state_ = State::NoWord;
    output_.end_word();
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
        output_.put(part.id, {.begin = from, .end = to});
        return;
      }
      if (model_.is_foreign(codes_of(part))) {
        if constexpr (kWithOffsets) {
          output_.put_text(run_text(part));
        }
        output_.put(model_.unknown_id(), {.begin = from, .end = to});
        return;
      }
      model_.resolve(run_text(part), [&](std::uint32_t id, bool shows_text) {
        if (kWithOffsets && shows_text) {
          output_.put_text(scratch_.run);
        }
        output_.put(id, {.begin = from, .end = to});
      });
    });
    scratch_.codes.clear();
    scratch_.characters.clear();
    scratch_.origins.clear();
    state_ = State::NoWord;
    output_.end_word();
  }

 private:
  enum class State : std::uint8_t {
    NoWord,   ///< at the beginning, or behind whitespace that is dropped
    Sign,     ///< the word has its sign and nothing else
    Letters,  ///< the word is in the buffers
  };

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

  [[nodiscard]] std::span<const PieceTrie::Code> codes_of(const Unigram::Part& part) const {
    return std::span(scratch_.codes).subspan(part.begin, part.end - part.begin);
  }

  const std::string& run_text(const Unigram::Part& part) {
    scratch_.run.clear();
    for (std::uint32_t i = part.begin; i < part.end; ++i) {
      utf8::append(scratch_.run, scratch_.characters[i]);
    }
    return scratch_.run;
  }

  const UnigramPipeline& pipeline_;
  const Unigram& model_;
  Output<kWithOffsets>& output_;
  Scratch& scratch_;
  State state_ = State::NoWord;
  bool sign_is_space_ = false;
  Origin sign_origin_ = 0;
};

}  // namespace onnxformers::tokenizers
