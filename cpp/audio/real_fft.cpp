#include "audio/real_fft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "audio/inline.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// The spectra of the even and the odd samples, packed as one complex transform of `half` points,
/// put together to bins k and half - k.
struct Packed {
  const double* re;
  const double* im;
  std::size_t half;
  const double* roots;
};

struct Pair {
  double low_re, low_im, high_re, high_im;
};

/// Bins k and half - k of one frame; w = exp(-2 pi i k / length).
ONNXFORMERS_INLINE Pair unpack(const double* re, const double* im, std::size_t low,
                               std::size_t high, double w_re, double w_im) {
  const double even_re = 0.5 * (re[low] + re[high]);
  const double even_im = 0.5 * (im[low] - im[high]);
  const double odd_re = 0.5 * (im[low] + im[high]);
  const double odd_im = 0.5 * (re[high] - re[low]);
  const double turned_re = odd_re * w_re - odd_im * w_im;
  const double turned_im = odd_re * w_im + odd_im * w_re;
  return {even_re + turned_re, even_im + turned_im, even_re - turned_re, turned_im - even_im};
}

/// The references keep their spectra as complex numbers of float32 before they take powers of
/// them; features that are divided by a small variance show that rounding.
ONNXFORMERS_INLINE double power_of(double re, double im) {
  const auto rounded_re = static_cast<double>(static_cast<float>(re));
  const auto rounded_im = static_cast<double>(static_cast<float>(im));
  return rounded_re * rounded_re + rounded_im * rounded_im;
}

ONNXFORMERS_MULTIVERSION
void unpacked_power(const Packed& z, double* ONNXFORMERS_RESTRICT out) {
  std::array<double, 2 * kLanes> powers{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double first = z.re[lane] + z.im[lane];
    const double last = z.re[lane] - z.im[lane];
    out[lane] = power_of(first, 0.0);
    out[z.half * kLanes + lane] = power_of(last, 0.0);
  }
  for (std::size_t k = 1; k <= z.half / 2; ++k) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t low = k * kLanes + lane;
      const std::size_t high = (z.half - k) * kLanes + lane;
      const Pair pair = unpack(z.re, z.im, low, high, z.roots[2 * k], z.roots[2 * k + 1]);
      powers[lane] = power_of(pair.low_re, pair.low_im);
      powers[kLanes + lane] = power_of(pair.high_re, pair.high_im);
    }
    std::copy_n(powers.data(), kLanes, out + k * kLanes);
    std::copy_n(powers.data() + kLanes, kLanes, out + (z.half - k) * kLanes);
  }
}

void unpacked_spectrum(const Packed& z, Planes out) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    out.re[lane] = z.re[lane] + z.im[lane];
    out.im[lane] = 0.0;
    out.re[z.half * kLanes + lane] = z.re[lane] - z.im[lane];
    out.im[z.half * kLanes + lane] = 0.0;
  }
  for (std::size_t k = 1; k <= z.half / 2; ++k) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t low = k * kLanes + lane;
      const std::size_t high = (z.half - k) * kLanes + lane;
      const Pair pair = unpack(z.re, z.im, low, high, z.roots[2 * k], z.roots[2 * k + 1]);
      out.re[low] = pair.low_re;
      out.im[low] = pair.low_im;
      out.re[high] = pair.high_re;
      out.im[high] = pair.high_im;
    }
  }
}

}  // namespace

RealFft::RealFft(std::size_t length)
    : length_(length), fft_(length % 2 == 0 && length > 0 ? length / 2 : length) {
  for (std::size_t k = 0; is_halved() && k <= length / 4; ++k) {
    const double angle =
        -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    roots_.push_back(std::cos(angle));
    roots_.push_back(std::sin(angle));
  }
}

void RealFft::power(Planes data, Planes scratch, double* out) const {
  const Planes z = fft_.forward(data, scratch);
  if (is_halved()) {
    unpacked_power({z.re, z.im, length_ / 2, roots_.data()}, out);
    return;
  }
  for (std::size_t i = 0; i < bins() * kLanes; ++i) {
    out[i] = power_of(z.re[i], z.im[i]);
  }
}

void RealFft::spectrum(Planes data, Planes scratch, Planes out) const {
  const Planes z = fft_.forward(data, scratch);
  if (is_halved()) {
    unpacked_spectrum({z.re, z.im, length_ / 2, roots_.data()}, out);
    return;
  }
  std::copy_n(z.re, bins() * kLanes, out.re);
  std::copy_n(z.im, bins() * kLanes, out.im);
}

}  // namespace onnxformers::audio
