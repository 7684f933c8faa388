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

/// Indices of the texts in the order of their bytes; equal texts keep their order.
[[nodiscard]] std::vector<std::uint32_t> byte_order(std::span<const std::string_view> texts);

}  // namespace onnxformers::tokenizers
