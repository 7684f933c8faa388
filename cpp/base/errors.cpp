#include "base/errors.h"

namespace onnxformers {

void fail(ErrorKind kind, std::string_view where, std::string_view what) {
  std::string message = "[";
  message.append(where).append("] ").append(what);
  throw Error(kind, message);
}

}  // namespace onnxformers
