#include "runtime/probe.h"

#include <string_view>

#include "runtime/session.h"

namespace onnxformers::runtime {

namespace {

using namespace std::string_view_literals;

/// y = Identity(x) for x: float32 (1), as ModelProto in protobuf's wire format.
constexpr std::string_view kModel =
    "\x08\x08"                                    // ir_version 8
    "\x3a\x37"                                    // graph
    "\x0a\x10\x0a\x01x\x12\x01y\x22\x08Identity"  // node: input, output, op_type
    "\x12\x01g"                                   // name
    "\x5a\x0f\x0a\x01x\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01"  // input x
    "\x62\x0f\x0a\x01y\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01"  // output y
    "\x42\x04\x0a\x00\x10\x0d"sv;                                        // operator set 13

}  // namespace

std::string provider_problem(const ProviderSpec& provider) {
  SessionConfig config;
  config.providers = {provider};
  config.intra_op_threads = 1;
  config.log_severity = 4;
  try {
    Session::open({.path = "", .bytes = kModel}, config);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace onnxformers::runtime
