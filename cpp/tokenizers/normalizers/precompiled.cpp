#include "tokenizers/normalizers/precompiled.h"

#include <bit>

#include "base/base64.h"
#include "base/unicode_grapheme.h"
#include "base/utf8.h"
#include "tokenizers/normalizers/transform.h"

namespace onnxformers::tokenizers {

namespace {

/// Clusters shorter than this are looked up as a whole.
constexpr std::size_t kLongCluster = 6;

std::size_t length_of(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  return lead < 0x80 ? 1U : static_cast<std::size_t>(std::countl_one(lead));
}

/// Puts what replaces `old_count` characters: each takes the place of one, as far as they go.
void put(Transform& transform, std::string_view replacement, int old_count) {
  for (std::size_t i = 0; i < replacement.size(); --old_count) {
    const auto [code, length] = utf8::decode(replacement, i);
    transform.put(code, old_count > 0 ? 0 : 1);
    i += length;
  }
  if (old_count > 0) {
    transform.remove(old_count);
  }
}

/// Characters of a cluster that has no replacement as a whole.
void put_characters(const Charsmap& map, Transform& transform, std::string_view text,
                    std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t length = length_of(text, begin);
    if (const auto replacement = map.find(text.substr(begin, length))) {
      put(transform, *replacement, 1);
    } else {
      transform.copy(begin, begin + length);
    }
    begin += length;
  }
}

Charsmap read_map(const Field& field) {
  const auto bytes = base64::decode(field.as_string());
  if (!bytes) {
    field.fail("expected base64");
  }
  std::string error;
  auto map = Charsmap::parse(*bytes, error);
  if (!map) {
    field.fail("expected a SentencePiece charsmap; " + error);
  }
  return std::move(*map);
}

}  // namespace

std::unique_ptr<Normalizer> Precompiled::from_json(const Field& field, TableArchive* archive) {
  const bool is_compiled = archive != nullptr && archive->fills();
  Charsmap map = is_compiled ? Charsmap() : read_map(field.member("precompiled_charsmap"));
  if (archive != nullptr) {
    map.visit_tables(*archive);
  }
  return std::make_unique<Precompiled>(std::move(map));
}

std::size_t Precompiled::skip_unmapped(std::string_view text, std::size_t begin) const noexcept {
  std::size_t i = begin;
  while (i < text.size() && unicode::is_plain_lead(static_cast<unsigned char>(text[i])) &&
         map_.has_none(text.substr(i))) {
    const std::size_t next = i + length_of(text, i);
    if (next < text.size() && !unicode::is_plain_lead(static_cast<unsigned char>(text[next]))) {
      return i;
    }
    i = next;
  }
  return i;
}

void Precompiled::normalize(NormalizedText& text) const {
  const std::string_view from = text.text();
  std::size_t i = skip_unmapped(from, 0);
  if (i == from.size()) {
    return;
  }
  Transform transform(text);
  transform.copy(0, i);
  while (i < from.size()) {
    const std::size_t end = unicode::grapheme_end(from, i);
    const std::string_view cluster = from.substr(i, end - i);
    const auto replacement =
        cluster.size() < kLongCluster ? map_.find(cluster) : std::optional<std::string_view>();
    if (replacement) {
      put(transform, *replacement, static_cast<int>(utf8::count(cluster)));
    } else {
      put_characters(map_, transform, from, i, end);
    }
    i = skip_unmapped(from, end);
    transform.copy(end, i);
  }
  transform.finish();
}

}  // namespace onnxformers::tokenizers
