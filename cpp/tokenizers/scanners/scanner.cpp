#include "tokenizers/scanners/scanner.h"

#include "tokenizers/scanners/known_patterns.h"

namespace onnxformers::tokenizers::scanners {

namespace {

template <typename Pattern>
class ScannerOf final : public Scanner {
 public:
  [[nodiscard]] Found next(std::string_view text, std::size_t begin) const override {
    return Pattern::next(Runs(classes_, text), begin);
  }

 private:
  const CharacterClasses& classes_ = CharacterClasses::get();
};

template <typename Pattern>
const Scanner& scanner_of() {
  static const ScannerOf<Pattern> scanner;
  return scanner;
}

}  // namespace

const Scanner* find(std::string_view pattern) {
  const Scanner* found = nullptr;
  for_each_known_pattern([&]<typename T>(const Known<T>& known) {
    if (known.source == pattern) {
      found = &scanner_of<T>();
    }
  });
  return found;
}

const Scanner& gpt2() { return scanner_of<Gpt2Pattern>(); }

}  // namespace onnxformers::tokenizers::scanners
