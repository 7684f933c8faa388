#pragma once

#include <cstddef>
#include <string>

#include "tokenizers/field.h"

namespace onnxformers::tokenizers {

/// Longest string a normalizer of a file may put into a text, and longest text it may make.
inline constexpr std::size_t kMaxContent = std::size_t{1} << 16U;
inline constexpr std::size_t kMaxNormalizedBytes = std::size_t{1} << 30U;

/// Reads a string to be put into texts; fails with ErrorKind::FileFormat for one that is too long.
[[nodiscard]] inline std::string read_content(const Field& field) {
  const std::string_view content = field.as_string();
  if (content.size() > kMaxContent) {
    field.fail("expected at most " + std::to_string(kMaxContent) + " bytes, got " +
               std::to_string(content.size()));
  }
  return std::string(content);
}

}  // namespace onnxformers::tokenizers
