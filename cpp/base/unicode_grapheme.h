#pragma once

#include <cstddef>
#include <string_view>

namespace onnxformers::unicode {

/// End of the extended grapheme cluster that begins at byte `begin` of well-formed text, begin <
/// text.size(). Exact as far as the reference shows it, which looks only at clusters of less than
/// six bytes (tools/ask_graphemes.py). O(length of the cluster).
///
/// Source: UAX #29, rules GB3 to GB13.
[[nodiscard]] std::size_t grapheme_end(std::string_view text, std::size_t begin) noexcept;

/// Whether every character that begins with this byte in UTF-8 is a cluster of its own wherever it
/// stands between others of the kind: ASCII but carriage return, much of Latin and Cyrillic, and
/// Chinese.
[[nodiscard]] bool is_plain_lead(unsigned char lead) noexcept;

}  // namespace onnxformers::unicode
