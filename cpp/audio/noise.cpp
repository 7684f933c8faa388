#include "audio/noise.h"

#include <cmath>
#include <numbers>

namespace onnxformers::audio {

namespace {

/// Sebastiano Vigna's splitmix64: a counter becomes 64 bits that show nothing of it.
std::uint64_t mixed(std::uint64_t counter) {
  counter += 0x9E3779B97F4A7C15U;
  counter = (counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9U;
  counter = (counter ^ (counter >> 27)) * 0x94D049BB133111EBU;
  return counter ^ (counter >> 31);
}

/// Within (0, 1).
double fraction(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

}  // namespace

void add_noise(double* frames, std::size_t length, const std::array<std::size_t, kLanes>& numbers,
               const Dither& dither) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::uint64_t frame = mixed(mixed(dither.seed) ^ numbers[lane]);
    for (std::size_t i = 0; i < length; i += 2) {
      // Box and Muller's way from two even values to two normal ones.
      const double radius = dither.amount * std::sqrt(-2.0 * std::log(fraction(mixed(frame + i))));
      const double angle = 2.0 * std::numbers::pi * fraction(mixed(frame + i + 1));
      frames[(i * kLanes) + lane] += radius * std::cos(angle);
      if (i + 1 < length) {
        frames[((i + 1) * kLanes) + lane] += radius * std::sin(angle);
      }
    }
  }
}

}  // namespace onnxformers::audio
