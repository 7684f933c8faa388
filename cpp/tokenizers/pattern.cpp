#include "tokenizers/pattern.h"

#include "base/errors.h"

namespace onnxformers::tokenizers {

Pattern Pattern::from_json(const Field& field) {
  if (field.value().type() == json::Type::String) {
    return {field.as_string(), false};
  }
  (void)field.expect(json::Type::Object);
  if (const auto string = field.find("String")) {
    return {string->as_string(), false};
  }
  const Field regex = field.member("Regex");
  try {
    return {regex.as_string(), true};
  } catch (const Error& e) {
    regex.fail(e.what());
  }
}

Pattern::Pattern(std::string_view source, bool is_regex) : source_(source), is_regex_(is_regex) {
  scanner_ = is_regex ? scanners::find(source) : nullptr;
  if (scanner_ == nullptr && (is_regex || source.empty())) {
    regex_.emplace(source);
  }
}

void Pattern::find_all(std::string_view text, std::vector<Match>& matches) const {
  if (scanner_ != nullptr) {
    for (std::size_t i = 0; i < text.size();) {
      const scanners::Found found = scanner_->next(text, i);
      if (found.is_match) {
        matches.push_back({.begin = i, .end = found.end});
      }
      i = found.end;
    }
    return;
  }
  if (regex_) {
    regex_->find_all(text, matches);
    return;
  }
  std::size_t begin = text.find(source_);
  while (begin != std::string_view::npos) {
    const std::size_t end = begin + source_.size();
    matches.push_back({.begin = begin, .end = end});
    begin = text.find(source_, end);
  }
}

}  // namespace onnxformers::tokenizers
