#include "tokenizers/normalizers/simple.h"

#include "base/unicode.h"
#include "base/unicode_normalization.h"
#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"
#include "tokenizers/normalizers/content.h"

namespace onnxformers::tokenizers {

namespace {

/// Lowercases ASCII in place; vectorised by the compiler.
void lower_ascii(char* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool is_capital = byte >= 'A' && byte <= 'Z';
    bytes[i] = static_cast<char>(byte | (is_capital ? 0x20U : 0U));
  }
}

/// Lowercases in place from byte `i` on while lengths stay; gives where one does not, or the end.
std::size_t lower_in_place(NormalizedText& text, std::size_t i) {
  std::string lower;
  while ((i = unicode::skip_inert(text.text(), i, unicode::InertLowercase)) < text.text().size()) {
    const auto [code, length] = utf8::decode(text.text(), i);
    char32_t own = 0;
    lower.clear();
    for (const char32_t part : unicode::lowercase(code, own)) {
      utf8::append(lower, part);
    }
    if (lower.size() != length) {
      return i;
    }
    lower.copy(text.bytes() + i, length);
    i += length;
  }
  return i;
}

/// 0: dropped.
char32_t nmt(char32_t code) {
  switch (code) {
    case U'\t':
    case U'\n':
    case U'\f':
    case U'\r':
    case 0x1680:
    case 0x200B:
    case 0x200C:
    case 0x200D:
    case 0x200E:
    case 0x200F:
    case 0x2028:
    case 0x2029:
    case 0x2581:
    case 0xFEFF:
    case 0xFFFD:
      return U' ';
    case 0x7F:
    case 0x8F:
    case 0x9F:
      return 0;
    default:
      return code < U' ' ? 0 : code;
  }
}

}  // namespace

std::unique_ptr<Normalizer> Lowercase::from_json(const Field& /*field*/) {
  return std::make_unique<Lowercase>();
}

void Lowercase::normalize(NormalizedText& text) const {
  lower_ascii(text.bytes(), text.text().size());
  std::size_t i = lower_in_place(text, 0);
  if (i == text.text().size()) {
    return;
  }
  text.begin_rewrite();
  const std::string_view from = text.text();
  std::size_t kept = 0;
  while (i < from.size()) {
    text.keep(kept, i);
    const auto [code, length] = utf8::decode(from, i);
    char32_t own = 0;
    for (const char32_t lower : unicode::lowercase(code, own)) {
      text.put(lower, text.origin_or_zero(i));
    }
    kept = i + length;
    i = unicode::skip_inert(from, kept, unicode::InertLowercase);
  }
  text.keep(kept, from.size());
  text.commit();
}

std::unique_ptr<Normalizer> Nmt::from_json(const Field& /*field*/) {
  return std::make_unique<Nmt>();
}

void Nmt::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  std::size_t kept = 0;
  text.begin_rewrite();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    // U+0000 stays.
    const char32_t mapped = code == 0 ? code : nmt(code);
    if (mapped != code) {
      text.keep(kept, i);
      if (mapped != 0) {
        text.put(mapped, text.origin_or_zero(i));
      }
      kept = i + length;
    }
    i += length;
  }
  text.keep(kept, from.size());
  text.commit();
}

std::unique_ptr<Normalizer> StripAccents::from_json(const Field& /*field*/) {
  return std::make_unique<StripAccents>();
}

void StripAccents::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  std::size_t i = unicode::skip_inert(from, 0, unicode::InertUnmarked);
  if (i == from.size()) {
    return;
  }
  std::size_t kept = 0;
  text.begin_rewrite();
  while (i < from.size()) {
    text.keep(kept, i);
    kept = i + utf8::decode(from, i).length;
    i = unicode::skip_inert(from, kept, unicode::InertUnmarked);
  }
  text.keep(kept, from.size());
  text.commit();
}

std::unique_ptr<Normalizer> Strip::from_json(const Field& field) {
  return std::make_unique<Strip>(field.member("strip_left").as_bool(),
                                 field.member("strip_right").as_bool());
}

void Strip::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  std::size_t begin = 0;
  while (left_ && begin < from.size()) {
    const auto [code, length] = utf8::decode(from, begin);
    if (!unicode::is_whitespace(code)) {
      break;
    }
    begin += length;
  }
  std::size_t end = from.size();
  while (right_ && end > begin) {
    const std::size_t last = utf8::previous(from, end);
    if (!unicode::is_whitespace(utf8::decode(from, last).code)) {
      break;
    }
    end = last;
  }
  if (begin > 0 || end < from.size()) {
    text.begin_rewrite();
    text.keep(begin, end);
    text.commit();
  }
}

std::unique_ptr<Normalizer> Prepend::from_json(const Field& field) {
  return std::make_unique<Prepend>(read_content(field.member("prepend")));
}

void Prepend::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  if (from.empty()) {
    return;
  }
  text.begin_rewrite();
  if (content_.empty()) {
    // As the reference has it: the first character counts as put in.
    const auto [code, length] = utf8::decode(from, 0);
    text.put(code, text.front_origin());
    text.keep(length, from.size());
  } else {
    text.put_bytes(content_, text.origin_or_zero(0));
    text.keep(0, from.size());
  }
  text.commit();
}

std::unique_ptr<Normalizer> ByteLevelNormalizer::from_json(const Field& /*field*/) {
  return std::make_unique<ByteLevelNormalizer>();
}

void ByteLevelNormalizer::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  text.begin_rewrite();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] > ' ' && from[i] <= '~') {
      continue;  // stands for itself
    }
    text.keep(kept, i);
    text.put(ByteAlphabet::character(static_cast<unsigned char>(from[i])), text.origin_or_zero(i));
    kept = i + 1;
  }
  text.keep(kept, from.size());
  text.commit();
}

}  // namespace onnxformers::tokenizers
