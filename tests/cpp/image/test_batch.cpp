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

/// A frame around a window over the whole resized picture, pixel by pixel.
std::vector<std::uint32_t> twin(const Entry& entry, const BatchPlan<std::uint32_t>& plan,
                                const std::uint32_t* surround) {
  const Resampled whole(entry.pixels, Axis::whole(kHeight, entry.height),
                        Axis::whole(kWidth, entry.width), plan.filter);
  std::vector<std::vector<std::uint8_t>> rows(entry.height);
  for (std::size_t y = 0; y < entry.height; ++y) {
    rows[y].resize(whole.row_bytes());
    whole.row(y, rows[y].data());
  }
  const auto value = [&](std::size_t c, std::int64_t y, std::int64_t x) {
    const auto is_inside = [](std::int64_t at, std::size_t size) {
      return at >= 0 && at < static_cast<std::int64_t>(size);
    };
    y -= static_cast<std::int64_t>(entry.frame_top);
    x -= static_cast<std::int64_t>(entry.frame_left);
    if (!is_inside(y, entry.window_height) || !is_inside(x, entry.window_width)) {
      return surround[c];
    }
    y += entry.top;
    x += entry.left;
    if (!is_inside(y, entry.height) || !is_inside(x, entry.width)) {
      return plan.table[c * 256];
    }
    const std::size_t at = static_cast<std::size_t>(x) * plan.channels + plan.order[c];
    return plan.table[c * 256 + rows[static_cast<std::size_t>(y)][at]];
  };
  std::vector<std::uint32_t> out;
  for (std::size_t c = 0; c < plan.channels; ++c) {
    for (std::size_t y = 0; y < plan.height; ++y) {
      for (std::size_t x = 0; x < plan.width; ++x) {
        out.push_back(value(c, static_cast<std::int64_t>(y), static_cast<std::int64_t>(x)));
      }
    }
  }
  return out;
}

}  // namespace

TEST(frames_equal_the_twin) {
  for (const std::size_t channels : {1U, 3U}) {
    const auto bytes = bytes_of(channels);
    const auto table = table_of(channels);
    const Pixels pixels{bytes.data(), kHeight, kWidth, channels, channels, kWidth * channels};
    std::vector<Entry> entries;
    for (const auto& [top, left] : {std::pair{0, 0}, {2, 1}, {-2, 3}, {5, -4}, {-9, 0}, {0, 90}}) {
      entries.push_back({pixels, 7, 10, top, left, 6, 8, 0, 0});
      entries.push_back({pixels, 7, 10, top, left, 4, 5, 2, 1});
    }
    entries.push_back({pixels, kHeight, kWidth, 1, 2, 6, 8, 0, 0});
    std::vector<std::uint32_t> surround(entries.size() * channels);
    std::iota(surround.begin(), surround.end(), 7U);
    BatchPlan<std::uint32_t> plan{6,
                                  8,
                                  channels,
                                  Filter::Bicubic,
                                  table.data(),
                                  std::vector<std::size_t>(channels),
                                  surround.data()};
    std::iota(plan.order.rbegin(), plan.order.rend(), 0U);
    std::vector<std::uint32_t> expected;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto each = twin(entries[i], plan, surround.data() + i * channels);
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
  const BatchPlan<std::uint16_t> plan{1,   kWidth,      1, Filter::Nearest, table.data(),
                                      {0}, table.data()};
  std::vector<std::uint16_t> out(kWidth);
  fill_batch(
      {{{bytes.data(), kHeight, kWidth, 1, 1, kWidth}, kHeight, kWidth, 2, 0, 1, kWidth, 0, 0}},
      plan, 1, out.data());
  for (std::size_t x = 0; x < kWidth; ++x) {
    CHECK_EQUAL(out[x], bytes[2 * kWidth + x] + 300);
  }
}
