#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include "check.h"
#include "tokenizers/checksum.h"
#include "tokenizers/hash.h"

using onnxformers::tokenizers::checksum;
using onnxformers::tokenizers::hash_bytes;
using onnxformers::tokenizers::kHashFactor;
using onnxformers::tokenizers::mix;

namespace {

// Around one block and two.
const std::vector<std::size_t> kSizes = {0, 1, 7, 8, 255, 256, 257, 511, 512, 640, 1000};

std::vector<std::byte> counted(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(i * 37 % 251);
  }
  return bytes;
}

/// Word by word.
std::uint64_t plain_checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
  std::vector<std::uint32_t> lanes(64);
  std::size_t i = 0;
  for (; i < bytes.size() / 256 * 256; i += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + i, 4);
    std::uint32_t& lane = lanes[i / 4 % 64];
    lane = std::rotl((lane ^ word) * 0x9E3779B1U, 13);
  }
  const std::string_view rest(reinterpret_cast<const char*>(bytes.data()) + i, bytes.size() - i);
  return std::accumulate(
      lanes.begin(), lanes.end(), hash_bytes(rest, seed ^ bytes.size()),
      [](std::uint64_t sum, std::uint32_t lane) { return mix(sum ^ lane, kHashFactor); });
}

}  // namespace

TEST(sums_are_those_of_the_plain_way) {
  for (const std::size_t size : kSizes) {
    CHECK_EQUAL(checksum(counted(size), 5), plain_checksum(counted(size), 5));
  }
}

TEST(any_changed_bit_is_found) {
  for (const std::size_t size : kSizes) {
    std::vector<std::byte> bytes = counted(size);
    const std::uint64_t good = checksum(bytes, 5);
    CHECK(checksum(bytes, 6) != good);
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      const auto flip = static_cast<std::byte>(1U << bit % 8);
      bytes[bit / 8] ^= flip;
      CHECK(checksum(bytes, 5) != good);
      bytes[bit / 8] ^= flip;
    }
  }
}

TEST(moved_and_missing_blocks_are_found) {
  const std::vector<std::byte> bytes = counted(1024);
  const std::uint64_t good = checksum(bytes, 5);
  for (const std::size_t block : {4U, 64U, 256U, 512U}) {
    std::vector<std::byte> moved = bytes;
    std::swap_ranges(moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(block),
                     moved.end() - static_cast<std::ptrdiff_t>(block));
    CHECK(checksum(moved, 5) != good);
    std::vector<std::byte> emptied = bytes;
    std::fill_n(emptied.begin(), block, std::byte{0});
    CHECK(checksum(emptied, 5) != good);
  }
  // Nothing but zeros has a length too.
  CHECK(checksum(std::vector<std::byte>(256), 5) != checksum(std::vector<std::byte>(512), 5));
}
