#include "audio/filter_bank.h"

#include "audio/lanes.h"
#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

struct Bands {
  std::span<const FilterBank::Band> bands;
  const double* weights;
};

/// In two sums, as an addition has to wait for the one before it.
ONNXFORMERS_INLINE Lane band_sum(const double* power, const double* weights, std::size_t length) {
  Lane even = filled(0.0);
  Lane odd = filled(0.0);
  std::size_t i = 0;
  for (; i + 2 <= length; i += 2) {
    even = even + (load(power + (i * kLanes)) * weights[i]);
    odd = odd + (load(power + ((i + 1) * kLanes)) * weights[i + 1]);
  }
  if (i < length) {
    even = even + (load(power + (i * kLanes)) * weights[i]);
  }
  return even + odd;
}

ONNXFORMERS_MULTIVERSION
void apply_bands(const Bands& bank, const double* power, double floor, double* out) {
  const Lane least = filled(floor);
  for (const FilterBank::Band& band : bank.bands) {
    const Lane sum =
        band_sum(power + (band.begin * kLanes), bank.weights + band.weight, band.length);
    store(out, larger(sum, least));
    out += kLanes;
  }
}

}  // namespace

FilterBank::FilterBank(std::span<const double> matrix, std::size_t bins, std::size_t filters) {
  if (matrix.size() != bins * filters) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "mel_filters must have the shape (fft_length / 2 + 1, filters)");
  }
  for (std::size_t filter = 0; filter < filters; ++filter) {
    std::size_t begin = 0;
    std::size_t end = bins;
    while (begin < bins && matrix[(begin * filters) + filter] == 0.0) {
      ++begin;
    }
    while (end > begin && matrix[((end - 1) * filters) + filter] == 0.0) {
      --end;
    }
    bands_.push_back(
        {.begin = begin < end ? begin : 0, .weight = weights_.size(), .length = end - begin});
    for (std::size_t bin = begin; bin < end; ++bin) {
      weights_.push_back(matrix[(bin * filters) + filter]);
    }
  }
}

void FilterBank::apply(const double* power, double floor, double* out) const {
  apply_bands({.bands = bands_, .weights = weights_.data()}, power, floor, out);
}

}  // namespace onnxformers::audio
