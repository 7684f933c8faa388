#include "base/errors.h"
#include "check.h"

using onnxformers::ErrorKind;

TEST(message_begins_with_the_place) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "[Place] wrong",
              (onnxformers::fail(ErrorKind::InvalidArgument, "Place", "wrong"), 0));
}
