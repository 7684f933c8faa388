#include "audio/mel.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace onnxformers::audio {

namespace {

constexpr double kHtkFactor = 2595.0;
constexpr double kKaldiFactor = 1127.0;
constexpr double kHtkHertz = 700.0;

/// Where Slaney's scale stops being a line of 3 mels every 200 Hz.
constexpr double kCornerHertz = 1000.0;
constexpr double kCornerMels = 15.0;

/// Above it 27 mels are a factor of 6.4.
double slaney_step() { return std::log(6.4) / 27.0; }

/// `count` values with even steps, the last exactly `last`.
std::vector<double> evenly(double first, double last, std::size_t count) {
  const double step = (last - first) / static_cast<double>(count - 1);
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = (static_cast<double>(i) * step) + first;
  }
  values.back() = last;
  return values;
}

std::vector<double> places_of_bins(const MelBank& bank) {
  if (!bank.is_over_mels) {
    return evenly(0.0, static_cast<double>(bank.sampling_rate / 2), bank.bins);
  }
  const double width =
      static_cast<double>(bank.sampling_rate) / (2.0 * static_cast<double>(bank.bins));
  std::vector<double> places(bank.bins);
  for (std::size_t i = 0; i < bank.bins; ++i) {
    places[i] = hertz_to_mel(width * static_cast<double>(i), bank.scale);
  }
  return places;
}

/// Where filters begin, peak and end: filter i at i, i + 1 and i + 2.
std::vector<double> corners_of(const MelBank& bank) {
  std::vector<double> corners = evenly(hertz_to_mel(bank.lowest, bank.scale),
                                       hertz_to_mel(bank.highest, bank.scale), bank.filters + 2);
  if (!bank.is_over_mels) {
    for (double& corner : corners) {
      corner = mel_to_hertz(corner, bank.scale);
    }
  }
  return corners;
}

}  // namespace

double hertz_to_mel(double hertz, MelScale scale) {
  if (scale == MelScale::Htk) {
    return kHtkFactor * std::log10(1.0 + (hertz / kHtkHertz));
  }
  if (scale == MelScale::Kaldi) {
    return kKaldiFactor * std::log(1.0 + (hertz / kHtkHertz));
  }
  return hertz < kCornerHertz ? 3.0 * hertz / 200.0
                              : kCornerMels + (std::log(hertz / kCornerHertz) / slaney_step());
}

double mel_to_hertz(double mels, MelScale scale) {
  if (scale == MelScale::Htk) {
    return kHtkHertz * (std::pow(10.0, mels / kHtkFactor) - 1.0);
  }
  if (scale == MelScale::Kaldi) {
    return kHtkHertz * (std::exp(mels / kKaldiFactor) - 1.0);
  }
  return mels < kCornerMels ? 200.0 * mels / 3.0
                            : kCornerHertz * std::exp(slaney_step() * (mels - kCornerMels));
}

void MelBank::fill(std::span<double> out) const {
  const std::vector<double> places = places_of_bins(*this);
  const std::vector<double> corners = corners_of(*this);
  for (std::size_t filter = 0; filter < filters; ++filter) {
    const double begin = corners[filter];
    const double peak = corners[filter + 1];
    const double end = corners[filter + 2];
    const double height = has_equal_areas ? 2.0 / (end - begin) : 1.0;
    const auto first = std::ranges::upper_bound(places, begin);
    for (auto place = first; place != places.end() && *place < end; ++place) {
      const double side =
          std::min((*place - begin) / (peak - begin), (end - *place) / (end - peak));
      out[(static_cast<std::size_t>(place - places.begin()) * filters) + filter] =
          std::max(0.0, side) * height;
    }
  }
}

}  // namespace onnxformers::audio
