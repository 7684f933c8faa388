#include <string>

#include "base/errors.h"
#include "base/protobuf.h"
#include "check.h"

using namespace onnxformers;

namespace {

std::string walked(std::string_view message) {
  std::string seen;
  try {
    protobuf::Reader reader(message, "test");
    for (protobuf::Field field; reader.next(field);) {
      seen += std::to_string(field.number) + ":" + std::to_string(field.type) + ":" +
              (field.type == 2 ? std::string(field.bytes) : std::to_string(field.value)) + " ";
    }
  } catch (const Error& e) {
    return seen + (e.kind() == ErrorKind::FileFormat ? "refused" : "another error");
  }
  return seen;
}

}  // namespace

TEST(fields_of_each_type_are_read) {
  using namespace std::string_view_literals;
  CHECK_EQUAL(walked("\x08\x96\x01\x12\x02hi\x1D\x00\x00\x80\x3F"sv),
              "1:0:150 2:2:hi 3:5:1065353216 ");
  CHECK_EQUAL(walked("\x09\x01\x00\x00\x00\x00\x00\x00\x00"sv), "1:1:1 ");
  CHECK_EQUAL(walked(""), "");
  CHECK_EQUAL(walked("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv),
              "1:0:18446744073709551615 ");
}

TEST(what_is_no_message_is_refused) {
  using namespace std::string_view_literals;
  for (const std::string_view message :
       {"\x08"sv, "\x08\x96"sv, "\x12\x03hi"sv, "\x1D\x00\x00"sv, "\x00\x00"sv, "\x0B"sv, "\x0F"sv,
        "\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv,
        "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv, "\xFF\xFF\xFF\xFF\xFF\x01\x00"sv}) {
    CHECK_EQUAL(walked(message), "refused");
  }
}
