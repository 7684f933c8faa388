// Batches against pixels that are resized, cut and looked up one by one.
#include <numeric>
#include <vector>

#include "check.h"
#include "image/batch.h"
#include "image/resampled.h"

using namespace onnxformers;
using namespace onnxformers::image;

namespace {

constexpr std::size_t kHeight = 9;
constexpr std::size_t kWidth = 11;

std::vector<std::uint8_t> bytes_of(std::size_t channels) {
  std::vector<std::uint8_t> bytes(kHeight * kWidth * channels);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 37 % 251);
  }
  return bytes;
}

/// Value v of channel c becomes 1000 * c + v.
std::vector<std::uint32_t> table_of(std::size_t channels) {
  std::vector<std::uint32_t> table(channels * 256);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint32_t>(1000 * (i / 256) + i % 256);
  }
  return table;
}

/// A window over the whole resized picture, pixel by pixel.
std::vector<std::uint32_t> twin(const Entry& entry, const BatchPlan<std::uint32_t>& plan) {
  const Resampled whole(entry.pixels, Axis::whole(kHeight, entry.height),
                        Axis::whole(kWidth, entry.width), plan.filter);
  std::vector<std::vector<std::uint8_t>> rows(entry.height);
  for (std::size_t y = 0; y < entry.height; ++y) {
    rows[y].resize(whole.row_bytes());
    whole.row(y, rows[y].data());
  }
  std::vector<std::uint32_t> out;
  for (std::size_t c = 0; c < plan.channels; ++c) {
    for (std::size_t y = 0; y < plan.height; ++y) {
      for (std::size_t x = 0; x < plan.width; ++x) {
        const auto row = static_cast<std::int64_t>(y) + entry.top;
        const auto column = static_cast<std::int64_t>(x) + entry.left;
        const bool inside = row >= 0 && row < static_cast<std::int64_t>(entry.height) &&
                            column >= 0 && column < static_cast<std::int64_t>(entry.width);
        out.push_back(
            !inside ? plan.border[c]
                    : plan.table[c * 256 + rows[static_cast<std::size_t>(row)]
                                               [static_cast<std::size_t>(column) * plan.channels +
                                                plan.order[c]]]);
      }
    }
  }
  return out;
}

}  // namespace

TEST(windows_equal_the_twin) {
  for (const std::size_t channels : {1U, 3U}) {
    const auto bytes = bytes_of(channels);
    const auto table = table_of(channels);
    const std::vector<std::uint32_t> border{7, 8, 9};
    BatchPlan<std::uint32_t> plan{6,
                                  8,
                                  channels,
                                  Filter::Bicubic,
                                  table.data(),
                                  std::vector<std::size_t>(channels),
                                  border.data()};
    std::iota(plan.order.rbegin(), plan.order.rend(), 0U);
    const Pixels pixels{bytes.data(), kHeight, kWidth, channels, channels, kWidth * channels};
    std::vector<Entry> entries;
    for (const auto& [top, left] : {std::pair{0, 0}, {2, 1}, {-2, 3}, {5, -4}, {-9, 0}, {0, 90}}) {
      entries.push_back({pixels, 7, 10, top, left});
    }
    entries.push_back({pixels, kHeight, kWidth, 1, 2});
    std::vector<std::uint32_t> expected;
    for (const Entry& entry : entries) {
      const auto each = twin(entry, plan);
      expected.insert(expected.end(), each.begin(), each.end());
    }
    for (const unsigned threads : {1U, 3U}) {
      std::vector<std::uint32_t> out(expected.size());
      fill_batch(entries, plan, threads, out.data());
      CHECK(out == expected);
    }
  }
}

TEST(values_of_16_bits) {
  const auto bytes = bytes_of(1);
  std::vector<std::uint16_t> table(256);
  std::iota(table.begin(), table.end(), 300);
  const std::uint16_t border = 5;
  const BatchPlan<std::uint16_t> plan{1, kWidth, 1, Filter::Nearest, table.data(), {0}, &border};
  std::vector<std::uint16_t> out(kWidth);
  fill_batch({{{bytes.data(), kHeight, kWidth, 1, 1, kWidth}, kHeight, kWidth, 2, 0}}, plan, 1,
             out.data());
  for (std::size_t x = 0; x < kWidth; ++x) {
    CHECK_EQUAL(out[x], bytes[2 * kWidth + x] + 300);
  }
}
