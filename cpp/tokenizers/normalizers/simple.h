#pragma once

#include <memory>
#include <string>

#include "tokenizers/normalizers/normalizer.h"

/// Normalizers that look at one character at a time. All are O(n) and copy in bulk what they leave
/// alone; each character keeps its origin, and what becomes several characters shares it.
///
/// Source: the normalizers of those names in Hugging Face tokenizers.
namespace onnxformers::tokenizers {

/// Lowercase: the full mapping of each character for itself (Unicode 17; never a final sigma).
class Lowercase final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  void normalize(NormalizedText& text) const override;
};

/// Nmt: drops control characters, makes spaces of others and of some that cannot be seen.
class Nmt final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  void normalize(NormalizedText& text) const override;
};

/// StripAccents: drops every mark (Mn, Mc and Me of Unicode 9); composed characters stay.
class StripAccents final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  void normalize(NormalizedText& text) const override;
};

/// Strip: drops white space at the ends.
class Strip final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  Strip(bool left, bool right) : left_(left), right_(right) {}
  void normalize(NormalizedText& text) const override;
  [[nodiscard]] bool left() const noexcept { return left_; }
  [[nodiscard]] bool right() const noexcept { return right_; }

 private:
  bool left_;
  bool right_;
};

/// Prepend: puts a string before a text that is not empty, with the origin of its first character.
class Prepend final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  explicit Prepend(std::string content) : content_(std::move(content)) {}
  void normalize(NormalizedText& text) const override;
  [[nodiscard]] const std::string& content() const noexcept { return content_; }

 private:
  std::string content_;
};

/// ByteLevel: a printable character for each byte.
class ByteLevelNormalizer final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);
  void normalize(NormalizedText& text) const override;
};

}  // namespace onnxformers::tokenizers
