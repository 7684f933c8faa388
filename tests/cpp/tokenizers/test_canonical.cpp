#include "check.h"
#include "tokenizers/normalizers/canonical.h"

using namespace onnxformers::tokenizers;

namespace {

NormalizedText decomposed(std::string_view original) {
  NormalizedText text;
  text.reset(original, 0, true);
  decompose_canonically(text);
  return text;
}

}  // namespace

TEST(hangul_decomposes_by_arithmetic) {
  CHECK_EQUAL(decomposed("\xED\x95\x9C").text(), "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB");
  CHECK_EQUAL(decomposed("\xEA\xB0\x80").text(), "\xE1\x84\x80\xE1\x85\xA1");
}

TEST(marks_are_put_in_order_by_their_class) {
  // Acute (230) and dot below (220), both orders.
  CHECK_EQUAL(decomposed("a\xCC\x81\xCC\xA3").text(), "a\xCC\xA3\xCC\x81");
  CHECK_EQUAL(decomposed("a\xCC\xA3\xCC\x81").text(), "a\xCC\xA3\xCC\x81");
}

TEST(parts_of_a_character_keep_its_origin) {
  const NormalizedText text = decomposed("x\xC3\xA9y");
  CHECK_EQUAL(text.text(), "xe\xCC\x81y");
  CHECK_EQUAL(text.origin(1), 1U);
  CHECK_EQUAL(text.origin(2), 1U);
  CHECK_EQUAL(text.origin(4), 2U);
}
