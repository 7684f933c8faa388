#include "tokenizers/unigram_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/thread_kept.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/hash.h"
#include "tokenizers/unigram_pass.h"

namespace onnxformers::tokenizers {

namespace {

bool is_whitespace(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto [code, length] = utf8::decode(text, i);
    if (!unicode::is_whitespace(code)) {
      return false;
    }
    i += length;
  }
  return !text.empty();
}

}  // namespace

UnigramPipeline::Scratch& UnigramPipeline::thread_scratch() {
  return ThreadKept<Scratch>::get();  // with a cache
}

UnigramPipeline::UnigramPipeline(Options options, const Unigram& model)
    : options_(std::move(options)),
      model_(model),
      characters_(options_.characters, model.pieces()),
      serial_(next_owner()),
      sign_code_(model.pieces().code(options_.characters.sign)) {
  fill_ascii();
}

void UnigramPipeline::fill_ascii() {
  effects_.fill(Effect::Other);
  for (char32_t code = 0; code < 0x80; ++code) {
    const CharacterMap::Mapped mapped = characters_.map(code);
    if (mapped.kind == CharacterMap::Kind::Letter) {
      effects_[code] = mapped.is_patterned ? Effect::Guarded : Effect::Letter;
      ascii_codes_[code] = mapped.code;
      rewrites_ascii_ |= mapped.character != code;
    } else if (mapped.kind == CharacterMap::Kind::Space && !mapped.is_patterned) {
      effects_[code] = Effect::Space;
    }
  }
  if (takes_line_ends()) {
    effects_['\r'] = Effect::Space;
  }
}

/// A carriage return joins a line feed behind it. Where whitespace is dropped, that leaves no
/// trace if each of them and both become whitespace.
bool UnigramPipeline::takes_line_ends() const {
  if (!options_.splits_at_whitespace) {
    return false;
  }
  return std::ranges::all_of(std::to_array<std::string_view>({"\r", "\n", "\r\n"}),
                             [&](std::string_view end) {
                               NormalizedText text;
                               text.reset(end, 0, false);
                               characters_.normalize(text);
                               return is_whitespace(text.text());
                             });
}

bool UnigramPipeline::encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const {
  Scratch& scratch = thread_scratch();
  const bool done =
      Pass<false>(*this, input, {.ids = &ids, .tokens = nullptr, .next_word = nullptr}, scratch)
          .run();
  scratch.shrink();
  return done;
}

bool UnigramPipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                          std::uint32_t& next_word) const {
  Scratch& scratch = thread_scratch();
  const bool done =
      Pass<true>(*this, input, {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next_word},
                 scratch)
          .run();
  scratch.shrink();
  return done;
}

}  // namespace onnxformers::tokenizers
