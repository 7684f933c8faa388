#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// An item of a list by the first bytes of what it is sorted by.
struct Keyed {
  std::uint64_t key;
  std::uint32_t index;
};

/// Sorts by key; equal keys keep their order. Time linear in the items.
void radix_sort(std::vector<Keyed>& items);

/// The same, with less(index, index) among items of equal keys, which should be few.
template <typename Less>
void radix_sort(std::vector<Keyed>& items, Less less) {
  radix_sort(items);
  for (auto begin = items.begin(); begin != items.end();) {
    auto end = begin + 1;
    while (end != items.end() && end->key == begin->key) {
      ++end;
    }
    if (end - begin > 1) {
      std::stable_sort(begin, end,
                       [&](const Keyed& a, const Keyed& b) { return less(a.index, b.index); });
    }
    begin = end;
  }
}

/// The first bytes as a number that sorts as they do.
[[nodiscard]] std::uint64_t leading_bytes(std::string_view text) noexcept;

/// Indices of texts in the order of their bytes; equal texts keep their order.
/// @param text_of the text of an index.
template <typename TextOf>
[[nodiscard]] std::vector<std::uint32_t> byte_order(std::size_t count, TextOf text_of) {
  std::vector<Keyed> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    items[i] = {.key = leading_bytes(text_of(index)), .index = index};
  }
  radix_sort(items, [&](std::uint32_t a, std::uint32_t b) { return text_of(a) < text_of(b); });
  std::vector<std::uint32_t> order(count);
  std::ranges::transform(items, order.begin(), &Keyed::index);
  return order;
}

}  // namespace onnxformers::tokenizers
