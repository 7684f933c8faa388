#include "audio/filter_bank.h"

#include <array>

#include "audio/lanes.h"
#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

struct Bands {
  std::span<const FilterBank::Band> bands;
  const double* weights;
};

ONNXFORMERS_MULTIVERSION
void apply_bands(const Bands& bank, const double* power, double floor, double* out) {
  for (const FilterBank::Band& band : bank.bands) {
    std::array<double, kLanes> sums{};
    const double* bin = power + band.begin * kLanes;
    const double* weight = bank.weights + band.weight;
    for (std::size_t i = 0; i < band.length; ++i, bin += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += bin[lane] * weight[i];
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[lane] = sums[lane] < floor ? floor : sums[lane];
    }
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
    while (begin < bins && matrix[begin * filters + filter] == 0.0) {
      ++begin;
    }
    while (end > begin && matrix[(end - 1) * filters + filter] == 0.0) {
      --end;
    }
    bands_.push_back(
        {.begin = begin < end ? begin : 0, .weight = weights_.size(), .length = end - begin});
    for (std::size_t bin = begin; bin < end; ++bin) {
      weights_.push_back(matrix[bin * filters + filter]);
    }
  }
}

void FilterBank::apply(const double* power, double floor, double* out) const {
  apply_bands({bands_, weights_.data()}, power, floor, out);
}

}  // namespace onnxformers::audio
