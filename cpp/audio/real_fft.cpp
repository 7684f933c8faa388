#include "audio/real_fft.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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

/// Bins k and half - k of kLanes frames.
struct Pair {
  Lane low_re, low_im, high_re, high_im;
};

ONNXFORMERS_INLINE Pair unpack(const Packed& z, std::size_t k) {
  const Lane low_re = load(z.re + (k * kLanes));
  const Lane low_im = load(z.im + (k * kLanes));
  const Lane high_re = load(z.re + ((z.half - k) * kLanes));
  const Lane high_im = load(z.im + ((z.half - k) * kLanes));
  const double w_re = z.roots[2 * k];
  const double w_im = z.roots[(2 * k) + 1];
  const Lane even_re = (low_re + high_re) * 0.5;
  const Lane even_im = (low_im - high_im) * 0.5;
  const Lane odd_re = (low_im + high_im) * 0.5;
  const Lane odd_im = (high_re - low_re) * 0.5;
  const Lane turned_re = (odd_re * w_re) - (odd_im * w_im);
  const Lane turned_im = (odd_re * w_im) + (odd_im * w_re);
  return {.low_re = even_re + turned_re,
          .low_im = even_im + turned_im,
          .high_re = even_re - turned_re,
          .high_im = turned_im - even_im};
}

/// The references keep their spectra as complex numbers of float32 before they take powers of
/// them; features that are divided by a small variance show that rounding.
ONNXFORMERS_INLINE Lane power_of(const Lane& re, const Lane& im) {
  const Lane rounded_re = widened(narrowed(re));
  const Lane rounded_im = widened(narrowed(im));
  return (rounded_re * rounded_re) + (rounded_im * rounded_im);
}

ONNXFORMERS_MULTIVERSION
void unpacked_power(const Packed& z, double* out) {
  const Lane re = load(z.re);
  const Lane im = load(z.im);
  const Lane zero = filled(0.0);
  store(out, power_of(re + im, zero));
  store(out + (z.half * kLanes), power_of(re - im, zero));
  for (std::size_t k = 1; k <= z.half / 2; ++k) {
    const Pair pair = unpack(z, k);
    store(out + (k * kLanes), power_of(pair.low_re, pair.low_im));
    store(out + ((z.half - k) * kLanes), power_of(pair.high_re, pair.high_im));
  }
}

ONNXFORMERS_MULTIVERSION
void plain_power(const double* re, const double* im, std::size_t bins, double* out) {
  for (std::size_t i = 0; i < bins * kLanes; i += kLanes) {
    store(out + i, power_of(load(re + i), load(im + i)));
  }
}

ONNXFORMERS_MULTIVERSION
void unpacked_spectrum(const Packed& z, const Planes& out) {
  const Lane re = load(z.re);
  const Lane im = load(z.im);
  const Lane zero = filled(0.0);
  store(out.re, re + im);
  store(out.im, zero);
  store(out.re + (z.half * kLanes), re - im);
  store(out.im + (z.half * kLanes), zero);
  for (std::size_t k = 1; k <= z.half / 2; ++k) {
    const Pair pair = unpack(z, k);
    store(out.re + (k * kLanes), pair.low_re);
    store(out.im + (k * kLanes), pair.low_im);
    store(out.re + ((z.half - k) * kLanes), pair.high_re);
    store(out.im + ((z.half - k) * kLanes), pair.high_im);
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
    unpacked_power({.re = z.re, .im = z.im, .half = length_ / 2, .roots = roots_.data()}, out);
    return;
  }
  plain_power(z.re, z.im, bins(), out);
}

void RealFft::spectrum(Planes data, Planes scratch, Planes out) const {
  const Planes z = fft_.forward(data, scratch);
  if (is_halved()) {
    unpacked_spectrum({.re = z.re, .im = z.im, .half = length_ / 2, .roots = roots_.data()}, out);
    return;
  }
  std::copy_n(z.re, bins() * kLanes, out.re);
  std::copy_n(z.im, bins() * kLanes, out.im);
}

}  // namespace onnxformers::audio
