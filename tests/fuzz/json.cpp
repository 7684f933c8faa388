// Any bytes parse or fail with ErrorKind::FileFormat; what was parsed can be read to its last
// value.
#include "base/json.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"

namespace json = onnxformers::json;

namespace {

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void read(const json::Value& value, std::vector<json::Value>& open) {
  switch (value.type()) {
    case json::Type::String:
      require(onnxformers::utf8::is_valid(value.as_string("")));
      break;
    case json::Type::Array:
      for (std::size_t i = 0; i < value.size(); ++i) {
        open.push_back(value.element(i));
      }
      break;
    case json::Type::Object:
      for (std::size_t i = 0; i < value.size(); ++i) {
        require(value.find(value.key(i)).has_value());
        open.push_back(value.member(i));
      }
      break;
    default:
      require(value.size() == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto document =
        json::Document::parse(std::string(reinterpret_cast<const char*>(data), size));
    std::vector<json::Value> open = {document.root()};
    while (!open.empty()) {
      const json::Value value = open.back();
      open.pop_back();
      read(value, open);
    }
  } catch (const onnxformers::Error& e) {
    require(e.kind() == onnxformers::ErrorKind::FileFormat);
  }
  return 0;
}
