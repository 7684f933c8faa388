#pragma once

#include <memory>

#include "base/unicode_normalization.h"
#include "tokenizers/normalizers/normalizer.h"

namespace onnxformers::tokenizers {

/// NFC, NFD, NFKC and NFKD. What a form leaves alone is copied many bytes at a time, and a text
/// that it leaves alone altogether is not copied at all; the rest is decomposed, marks put in
/// order, and recomposed, from one boundary to the next. O(n), and O(m log m) for a run of m marks.
///
/// Source: UAX #15 (quick check and boundaries), The Unicode Standard, section 3.11.
class UnicodeForm final : public Normalizer {
 public:
  struct Kind {
    bool is_compatible;  ///< K
    bool composes;       ///< C
    unicode::Inert inert;
  };
  static constexpr Kind kNfc{false, true, unicode::InertNfc};
  static constexpr Kind kNfd{false, false, unicode::InertNfd};
  static constexpr Kind kNfkc{true, true, unicode::InertNfkc};
  static constexpr Kind kNfkd{true, false, unicode::InertNfkd};

  template <const Kind& kKind>
  static std::unique_ptr<Normalizer> from_json(const Field& /*field*/) {
    return std::make_unique<UnicodeForm>(kKind);
  }

  explicit UnicodeForm(const Kind& kind) : kind_(kind) {}

  void normalize(NormalizedText& text) const override { apply(kind_, text); }

  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

  static void apply(const Kind& kind, NormalizedText& text);

 private:
  Kind kind_;
};

}  // namespace onnxformers::tokenizers
