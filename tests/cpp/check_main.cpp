#include <cstdio>

#include "check.h"

int main() {
  int failures = 0;
  for (const auto& test : onnxformers::check::tests()) {
    try {
      test.body();
    } catch (const std::exception& e) {
      ++failures;
      std::fprintf(stderr, "%s failed: %s\n", test.name, e.what());
    }
  }
  std::printf("%zu tests, %d failures\n", onnxformers::check::tests().size(), failures);
  return failures == 0 ? 0 : 1;
}
