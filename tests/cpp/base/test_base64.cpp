#include "base/base64.h"
#include "check.h"

namespace base64 = onnxformers::base64;

TEST(vectors_of_the_standard) {
  CHECK(base64::decode("") == "");
  CHECK(base64::decode("Zg==") == "f");
  CHECK(base64::decode("Zm8=") == "fo");
  CHECK(base64::decode("Zm9v") == "foo");
  CHECK(base64::decode("Zm9vYg==") == "foob");
  CHECK(base64::decode("Zm9vYmFy") == "foobar");
  CHECK(base64::decode("/+8A") == std::string("\xFF\xEF\0", 3));
}

TEST(all_else_is_refused) {
  for (const auto* text : {"A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A",
                           "A A=", "AA==AAAA", "-_AA", "AAA\n", "\xC3\xA9==", "AAAA="}) {
    CHECK(!base64::decode(text).has_value());
  }
}
