#pragma once

#include <memory>
#include <vector>

#include "tokenizers/normalizers/normalizer.h"

namespace onnxformers::tokenizers {

/// Normalizers one after the other.
class NormalizerSequence final : public Normalizer {
 public:
  /// A sequence of one gives that one.
  static std::unique_ptr<Normalizer> from_json(const Field& field, TableArchive* archive);

  explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> steps)
      : steps_(std::move(steps)) {}

  void normalize(NormalizedText& text) const override;

  [[nodiscard]] const std::vector<std::unique_ptr<Normalizer>>& steps() const noexcept {
    return steps_;
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

}  // namespace onnxformers::tokenizers
