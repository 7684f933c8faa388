#include "base/protobuf.h"

#include <string>

#include "base/errors.h"

namespace onnxformers::protobuf {

void Reader::fail_here(std::string_view what) const {
  fail(ErrorKind::FileFormat, place_,
       std::string(what) + " at byte " + std::to_string(position_) + " of a message of " +
           std::to_string(message_.size()));
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (position_ == message_.size()) {
      fail_here("truncated: it ends inside a number");
    }
    const auto byte = static_cast<unsigned char>(message_[position_++]);
    value |= shift < 64 ? static_cast<std::uint64_t>(byte & 0x7FU) << shift : 0;
    if (byte < 0x80) {
      return value;
    }
  }
  fail_here("not protobuf: a number without end");
}

std::string_view Reader::take(std::uint64_t length) {
  if (length > message_.size() - position_) {
    fail_here("truncated: a field needs " + std::to_string(length) + " bytes");
  }
  const std::string_view bytes = message_.substr(position_, static_cast<std::size_t>(length));
  position_ += bytes.size();
  return bytes;
}

std::uint64_t Reader::fixed(std::size_t length) {
  const std::string_view bytes = take(length);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

bool Reader::next(Field& field) {
  if (position_ == message_.size()) {
    return false;
  }
  const std::uint64_t key = varint();
  field = {};
  field.number = static_cast<std::uint32_t>(key >> 3U);
  field.type = static_cast<std::uint32_t>(key & 7U);
  if (key > UINT32_MAX || field.number == 0) {
    fail_here("not protobuf: no field begins before this place,");
  }
  switch (field.type) {
    case 0:
      field.value = varint();
      break;
    case 1:
      field.value = fixed(8);
      break;
    case 2:
      field.bytes = take(varint());
      break;
    case 5:
      field.value = fixed(4);
      break;
    default:
      fail_here("not protobuf: no field begins before this place,");
  }
  return true;
}

}  // namespace onnxformers::protobuf
