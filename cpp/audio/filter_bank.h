#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace onnxformers::audio {

/// A matrix of filters of which each covers a narrow band of bins.
class FilterBank {
 public:
  FilterBank() = default;
  /// @param matrix shape (bins, filters), as `mel_filter_bank` gives it
  FilterBank(std::span<const double> matrix, std::size_t bins, std::size_t filters);

  [[nodiscard]] std::size_t filters() const { return bands_.size(); }
  [[nodiscard]] bool is_empty() const { return bands_.empty(); }

  /// out[f] = max(floor, sum over bins of power[bin] * weight), shapes (bins, kLanes) and
  /// (filters, kLanes).
  void apply(const double* power, double floor, double* out) const;

  struct Band {
    std::size_t begin;   ///< the first bin
    std::size_t weight;  ///< of that bin, in weights_
    std::size_t length;
  };

 private:
  std::vector<Band> bands_;
  std::vector<double> weights_;
};

}  // namespace onnxformers::audio
