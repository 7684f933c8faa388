#include "tokenizers/normalizers/bert_normalizer.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/normalizers/canonical.h"

namespace onnxformers::tokenizers {

namespace {

void clean(NormalizedText& text) {
  text.begin_rewrite();
  const std::string_view from = text.text();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    if (!BertNormalizer::is_dropped(code)) {
      text.put(unicode::is_whitespace(code) ? U' ' : code, text.origin_or_zero(i));
    }
    i += length;
  }
  text.commit();
}

void set_chinese_apart(NormalizedText& text) {
  text.begin_rewrite();
  const std::string_view from = text.text();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    const Origin origin = text.origin_or_zero(i);
    const bool chinese = BertNormalizer::is_chinese(code);
    if (chinese) {
      text.put(U' ', origin);
    }
    text.put(code, origin);
    if (chinese) {
      text.put(U' ', origin);
    }
    i += length;
  }
  text.commit();
}

void remove_nonspacing_marks(NormalizedText& text) {
  text.begin_rewrite();
  const std::string_view from = text.text();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    if (!unicode::is_bert_accent(code)) {
      text.put(code, text.origin_or_zero(i));
    }
    i += length;
  }
  text.commit();
}

void make_lowercase(NormalizedText& text) {
  text.begin_rewrite();
  const std::string_view from = text.text();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    char32_t own = 0;
    for (const char32_t lower : unicode::lowercase(code, own)) {
      text.put(lower, text.origin_or_zero(i));
    }
    i += length;
  }
  text.commit();
}

}  // namespace

std::unique_ptr<Normalizer> BertNormalizer::from_json(const Field& field) {
  Options options;
  options.clean_text = field.bool_or("clean_text", true);
  options.handle_chinese_chars = field.bool_or("handle_chinese_chars", true);
  options.lowercase = field.bool_or("lowercase", true);
  options.strip_accents = field.bool_or("strip_accents", options.lowercase);
  return std::make_unique<BertNormalizer>(options);
}

void BertNormalizer::normalize(NormalizedText& text) const {
  if (options_.clean_text) {
    clean(text);
  }
  if (options_.handle_chinese_chars) {
    set_chinese_apart(text);
  }
  if (options_.strip_accents) {
    decompose_canonically(text);
    remove_nonspacing_marks(text);
  }
  if (options_.lowercase) {
    make_lowercase(text);
  }
}

bool BertNormalizer::is_dropped(char32_t code) noexcept {
  return code == utf8::kReplacement || unicode::is_bert_control(code);
}

bool BertNormalizer::is_chinese(char32_t code) noexcept {
  // The blocks BERT's code lists. U+2B920, not the block's beginning U+2B820, is the reference's.
  return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0x20000 && code <= 0x2A6DF) || (code >= 0x2A700 && code <= 0x2B73F) ||
         (code >= 0x2B740 && code <= 0x2B81F) || (code >= 0x2B920 && code <= 0x2CEAF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x2F800 && code <= 0x2FA1F);
}

}  // namespace onnxformers::tokenizers
