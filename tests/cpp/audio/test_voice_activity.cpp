#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "audio/voice_activity.h"
#include "check.h"

using onnxformers::ErrorKind;
using namespace onnxformers::audio;

namespace {

struct Timbre {
  double energy;
  double flatness;
};

/// Of one frame, by the definition.
Timbre timbre_of(std::span<const float> frame, BinBand band) {
  const auto length = static_cast<double>(frame.size());
  double mean = 0.0;
  for (const float sample : frame) {
    mean += static_cast<double>(sample) / length;
  }
  Timbre timbre{0.0, 0.0};
  double logs = 0.0;
  double powers = 0.0;
  for (std::size_t bin = band.first; bin < band.last; ++bin) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const double place = static_cast<double>(i);
      const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * place / (length - 1.0));
      const double angle = -2.0 * std::numbers::pi * static_cast<double>(bin) * place / length;
      sum += (static_cast<double>(frame[i]) - mean) * window * std::polar(1.0, angle);
    }
    logs += std::log(std::norm(sum) + 1e-12);
    powers += std::norm(sum) + 1e-12;
  }
  for (const float sample : frame) {
    timbre.energy += std::pow(static_cast<double>(sample) - mean, 2.0) / length;
  }
  const auto bins = static_cast<double>(band.last - band.first);
  timbre.flatness = std::exp(logs / bins) / (powers / bins);
  return timbre;
}

}  // namespace

TEST(timbre_agrees_with_the_definition) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (const std::size_t length : {2U, 3U, 30U, 31U, 67U, 80U}) {
    std::vector<float> sound(length * 11 + length / 2);
    for (std::size_t i = 0; i < sound.size(); ++i) {
      sound[i] = 0.1F * normal(random) + std::sin(static_cast<float>(i) * 0.7F) + 0.3F;
    }
    const BinBand band{length / 8, length / 2 + 1};
    const FrameTimbre got = frame_timbre(std::span<const float>(sound), length, band);
    CHECK_EQUAL(got.energy.size(), std::size_t{11});
    CHECK_EQUAL(got.flatness.size(), std::size_t{11});
    for (std::size_t i = 0; i < 11; ++i) {
      const Timbre wanted = timbre_of(std::span(sound).subspan(i * length, length), band);
      CHECK(std::abs(got.energy[i] - wanted.energy) < 1e-9);
      CHECK(std::abs(got.flatness[i] - wanted.flatness) < 1e-5);
    }
  }
}

TEST(sounds_without_a_frame_and_wrong_bands) {
  const std::vector<float> sound(79);
  CHECK(frame_timbre(std::span<const float>(sound), 80, {1, 20}).energy.empty());
  CHECK_ERROR(ErrorKind::InvalidArgument, "band",
              frame_timbre(std::span<const float>(sound), 8, {1, 6}).energy.size());
  CHECK_ERROR(ErrorKind::InvalidArgument, "band",
              frame_timbre(std::span<const float>(sound), 8, {3, 3}).energy.size());
  CHECK_ERROR(ErrorKind::InvalidArgument, "two samples",
              frame_timbre(std::span<const float>(sound), 1, {0, 1}).energy.size());
}

TEST(runs_end_when_patience_does) {
  using Runs = std::vector<std::pair<std::size_t, std::size_t>>;
  const auto runs = [](const std::vector<double>& scores, std::size_t patience) {
    return active_runs(scores, 0.5, 0.35, patience);
  };
  CHECK(runs({}, 1).empty());
  CHECK((runs({0.9, 0.0, 0.9, 0.0, 0.0, 0.9}, 1) == Runs{{0, 3}, {5, 6}}));
  CHECK((runs({0.9, 0.0, 0.9}, 0) == Runs{{0, 1}, {2, 3}}));
  // Between both bounds a score neither begins nor ends anything.
  CHECK((runs({0.4, 0.9, 0.4, 0.4, 0.4, 0.0}, 1) == Runs{{1, 5}}));
}
