#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

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
    unicode::Inert ordered;  ///< marks that it leaves alone where they come in order
  };
  static constexpr Kind kNfc{false, true, unicode::InertNfc, unicode::InertOrdered};
  static constexpr Kind kNfd{false, false, unicode::InertNfd, unicode::InertNfd};
  static constexpr Kind kNfkc{true, true, unicode::InertNfkc, unicode::InertNfkc};
  static constexpr Kind kNfkd{true, false, unicode::InertNfkd, unicode::InertNfkd};

  template <const Kind& kKind>
  static std::unique_ptr<Normalizer> from_json(const Field& /*field*/) {
    return std::make_unique<UnicodeForm>(kKind);
  }

  explicit UnicodeForm(const Kind& kind) : kind_(kind) {}

  void normalize(NormalizedText& text) const override { apply(kind_, text); }

  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

  static void apply(const Kind& kind, NormalizedText& text);

  /// A part of a text between two boundaries.
  struct Stretch {
    std::size_t begin;
    std::size_t end;
  };

  /// The first one from `begin` on, a boundary, that the form may change; what lies before it stays
  /// as it is. Empty, at the end of the text, where there is none.
  [[nodiscard]] static Stretch find_stretch(const Kind& kind, std::string_view text,
                                            std::size_t begin);

 private:
  Kind kind_;
};

}  // namespace onnxformers::tokenizers
