#pragma once

#include <memory>

#include "tokenizers/field.h"
#include "tokenizers/normalized_text.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// First stage: rewrites a text. Immutable; one serves many threads.
class Normalizer {
 public:
  Normalizer() = default;
  Normalizer(const Normalizer&) = delete;
  Normalizer& operator=(const Normalizer&) = delete;
  virtual ~Normalizer() = default;

  virtual void normalize(NormalizedText& text) const = 0;
};

/// The "type" of a normalizer of tokenizer.json, which old files leave out: then one of its other
/// members tells. Fails with ErrorKind::FileFormat.
[[nodiscard]] std::string_view normalizer_type(const Field& field);

/// Reads the "normalizer" of tokenizer.json; fails with ErrorKind::FileFormat.
/// @param archive its tables are kept there, or come from there; may be null.
[[nodiscard]] std::unique_ptr<Normalizer> make_normalizer(const Field& field,
                                                          TableArchive* archive = nullptr);

}  // namespace onnxformers::tokenizers
