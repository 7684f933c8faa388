#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/device_arrays.h"
#include "models/row_moves.h"
#include "runtime/value.h"

namespace onnxformers::models {

/// One array of a decoder's cache, as its session declares it.
struct CacheSlot {
  std::string input;        ///< "past_key_values.0.decoder.key"
  std::string output;       ///< "present.0.decoder.key"
  bool is_encoder = false;  ///< keys or values of the encoder's tokens, computed by the first step
  std::vector<std::int64_t> shape;  ///< of one with no rows and no tokens
  std::size_t rows_factor = 1;      ///< size of axis 0 for a row; 0: axis 0 is fixed, for one row
  std::size_t time_axis = 2;        ///< the axis that grows by the tokens of each step
  ort::ElemType type = ort::ElemType::Undefined;
};

/// Keys and values that one generation has, a value for each slot. They are what the session gave,
/// not copies.
class Cache {
 public:
  /// @param device moves what lies on a device; nullptr: all is in the memory of the CPU.
  Cache(const std::vector<CacheSlot>& slots, DeviceArrays* device)
      : slots_(&slots), device_(device), values_(slots.size()) {}

  [[nodiscard]] const ort::Value* value(std::size_t slot) const { return values_[slot].get(); }
  void set(std::size_t slot, runtime::Handle<ort::Value> value) {
    values_[slot] = std::move(value);
  }

  /// Arrays without tokens in the slots that have none.
  void fill_empty(std::size_t rows);

  /// Row i becomes what row `parents[i]` was, without its first `skipped` tokens; the encoder's
  /// arrays stay as they are.
  void select(std::span<const std::size_t> parents, std::size_t skipped);
  void select_encoder(std::span<const std::size_t> parents);

  /// Keeps the first `length` tokens of the only row.
  void crop(std::size_t length);

  /// The rows of `below` beneath these; what is shorter is filled up with zeros at the left.
  void stack(const Cache& below);

 private:
  struct Array;
  [[nodiscard]] Array array(std::size_t slot) const;
  [[nodiscard]] static Array make(const Array& like, std::size_t rows, std::size_t time);
  void rebuild(std::size_t slot, std::span<const std::size_t> parents, const TimeSlice& kept);

  [[nodiscard]] runtime::Handle<ort::Value> on_device(const Array& from,
                                                      std::span<const std::size_t> parents,
                                                      const TimeSlice& kept) const;
  [[nodiscard]] runtime::Handle<ort::Value> stacked(const Array& upper, const Array& lower) const;

  const std::vector<CacheSlot>* slots_;
  DeviceArrays* device_;
  std::vector<runtime::Handle<ort::Value>> values_;
  std::vector<RowMove> moves_;
  std::vector<std::byte> spare_;
};

}  // namespace onnxformers::models
