#include <algorithm>
#include <cmath>
#include <vector>

#include "audio/mel.h"
#include "audio/window.h"
#include "check.h"

using namespace onnxformers::audio;

namespace {

bool near(double a, double b) { return std::abs(a - b) < 1e-12 * std::max(1.0, std::abs(b)); }

std::vector<double> window(WindowShape shape, bool is_periodic, std::size_t length) {
  std::vector<double> out(length, -1.0);
  fill_window(shape, is_periodic, out);
  return out;
}

}  // namespace

TEST(scales_go_there_and_back) {
  for (const MelScale scale : {MelScale::Htk, MelScale::Kaldi, MelScale::Slaney}) {
    for (const double hertz : {0.0, 20.0, 999.9, 1000.0, 1000.1, 8000.0, 24000.0}) {
      CHECK(std::abs(mel_to_hertz(hertz_to_mel(hertz, scale), scale) - hertz) < 1e-8);
    }
  }
  CHECK(near(hertz_to_mel(6400.0, MelScale::Slaney), 42.0));
  CHECK(near(hertz_to_mel(700.0, MelScale::Kaldi), 1127.0 * std::log(2.0)));
  CHECK(near(hertz_to_mel(6300.0, MelScale::Htk), 2595.0));
}

TEST(filters_are_triangles_between_their_neighbours_peaks) {
  constexpr std::size_t kBins = 201;
  constexpr std::size_t kFilters = 13;
  for (const bool is_over_mels : {false, true}) {
    const MelBank bank{kBins, kFilters, 80.0, 7600.0, 16000, MelScale::Kaldi, false, is_over_mels};
    std::vector<double> matrix(kBins * kFilters);
    bank.fill(matrix);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double* row = matrix.data() + bin * kFilters;
      double sum = 0.0;
      std::size_t above = 0;
      for (std::size_t filter = 0; filter < kFilters; ++filter) {
        CHECK(row[filter] >= 0.0 && row[filter] <= 1.0);
        sum += row[filter];
        above += row[filter] > 0.0 ? 1 : 0;
      }
      // No more than two filters overlap, and between two peaks they add up to one.
      CHECK(above <= 2 && sum < 1.0 + 1e-12);
      CHECK(above < 2 || near(sum, 1.0));
    }
  }
}

TEST(equal_areas_divide_by_the_width) {
  std::vector<double> plain(8001 * 4);
  std::vector<double> equal(8001 * 4);
  MelBank bank{8001, 4, 0.0, 8000.0, 16000, MelScale::Slaney, false, false};
  bank.fill(plain);
  bank.has_equal_areas = true;
  bank.fill(equal);
  for (std::size_t filter = 0; filter < 4; ++filter) {
    double area = 0.0;
    for (std::size_t bin = 0; bin < 8001; ++bin) {
      area += equal[bin * 4 + filter];
    }
    CHECK(std::abs(area - 1.0) < 1e-3);
  }
  CHECK(plain != equal);
}

TEST(windows_have_their_shape) {
  const std::vector<double> hann = window(WindowShape::Hann, false, 5);
  const double wanted[] = {0.0, 0.5, 1.0, 0.5, 0.0};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(near(hann[i], wanted[i]));
  }
  const std::vector<double> longer = window(WindowShape::Hamming, false, 9);
  const std::vector<double> periodic = window(WindowShape::Hamming, true, 8);
  CHECK(std::equal(periodic.begin(), periodic.end(), longer.begin()));
  CHECK(near(longer[0], 0.08) && near(longer[4], 1.0));
  CHECK(near(window(WindowShape::Povey, false, 5)[1], std::pow(0.5, 0.85)));
  CHECK(window(WindowShape::Boxcar, true, 3) == std::vector<double>(3, 1.0));
  CHECK(window(WindowShape::Hann, false, 1) == std::vector<double>(1, 1.0));
  CHECK(window(WindowShape::Hann, true, 1) == std::vector<double>(1, 0.0));
  CHECK(window(WindowShape::Hann, true, 0).empty());
}
