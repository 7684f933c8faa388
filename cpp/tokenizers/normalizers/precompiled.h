#pragma once

#include <memory>

#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/normalizer.h"

namespace onnxformers::tokenizers {

/// The charsmap of a SentencePiece model, run as the reference runs it: a grapheme cluster of less
/// than six bytes as a whole becomes what replaces the shortest key that begins it, else each
/// character by itself. Characters that begin no key are copied in bulk. O(n).
///
/// Offsets are those of the reference: what is dropped goes to the character before it, so that
/// after something dropped at the front all seems to come from as much earlier.
///
/// Source: Precompiled of Hugging Face tokenizers (crate spm_precompiled).
class Precompiled final : public Normalizer {
 public:
  /// @param archive the map is kept there, or comes from there; may be null.
  static std::unique_ptr<Normalizer> from_json(const Field& field, TableArchive* archive);

  explicit Precompiled(Charsmap map) : map_(std::move(map)) {}

  void normalize(NormalizedText& text) const override;

  [[nodiscard]] const Charsmap& map() const noexcept { return map_; }

 private:
  [[nodiscard]] std::size_t skip_unmapped(std::string_view text, std::size_t begin) const noexcept;

  Charsmap map_;
};

}  // namespace onnxformers::tokenizers
