#include "audio/fft.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

#include "audio/fft_passes.h"
#include "base/errors.h"

namespace onnxformers::audio {

namespace {

constexpr std::size_t kLargestLength = std::size_t{1} << 24;
/// Beyond it a transform by the definition costs more than a convolution of twice the length.
constexpr std::size_t kLargestFactor = 61;

/// The radices that have a kernel of their own.
constexpr std::array<std::size_t, 5> kKernels{5, 8, 4, 3, 2};

/// Factors in the order of the passes; empty when one is too large.
std::vector<std::size_t> factors_of(std::size_t length) {
  std::vector<std::size_t> factors;
  for (const std::size_t radix : kKernels) {
    for (; length % radix == 0; length /= radix) {
      factors.push_back(radix);
    }
  }
  for (std::size_t radix = 7; length > 1; radix += 2) {
    if (radix > kLargestFactor) {
      return {};
    }
    for (; length % radix == 0; length /= radix) {
      factors.push_back(radix);
    }
  }
  return factors;
}

/// exp(-2 pi i k / n), re and im; k is reduced first, so that large products stay exact.
void push_root(std::vector<double>& out, std::uint64_t k, std::uint64_t n) {
  const double angle =
      -2.0 * std::numbers::pi * static_cast<double>(k % n) / static_cast<double>(n);
  out.push_back(std::cos(angle));
  out.push_back(std::sin(angle));
}

std::vector<double> roots_of_unity(std::size_t n) {
  std::vector<double> roots;
  for (std::size_t j = 0; j < n; ++j) {
    push_root(roots, j, n);
  }
  return roots;
}

/// data[i] *= factor[i], the factors the same for all lanes.
void multiply(Planes data, const std::vector<double>& factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double re = factors[2 * i];
    const double im = factors[(2 * i) + 1];
    for (std::size_t lane = i * kLanes; lane < (i + 1) * kLanes; ++lane) {
      const double value = data.re[lane];
      data.re[lane] = (value * re) - (data.im[lane] * im);
      data.im[lane] = (value * im) + (data.im[lane] * re);
    }
  }
}

void clear(Planes data, std::size_t begin, std::size_t end) {
  std::fill(data.re + (begin * kLanes), data.re + (end * kLanes), 0.0);
  std::fill(data.im + (begin * kLanes), data.im + (end * kLanes), 0.0);
}

}  // namespace

/// A transform of any length as a convolution with a chirp, done by transforms of a power of two.
struct Fft::Bluestein {
  explicit Bluestein(std::size_t length);

  Fft inner;
  std::vector<double> chirp;   ///< exp(-pi i k^2 / length)
  std::vector<double> filter;  ///< the transform of the mirrored chirp, over inner.length()
};

Fft::Bluestein::Bluestein(std::size_t length) : inner(std::bit_ceil((2 * length) - 1)) {
  for (std::uint64_t k = 0; k < length; ++k) {
    push_root(chirp, k * k, 2 * length);
  }
  const std::size_t size = inner.length();
  std::vector<double> memory(4 * size * kLanes);
  const Planes data{.re = memory.data(), .im = memory.data() + (size * kLanes)};
  const Planes scratch{.re = data.im + (size * kLanes), .im = data.im + (2 * size * kLanes)};
  for (std::size_t k = 0; k < length; ++k) {
    for (const std::size_t place : {k, (size - k) % size}) {
      data.re[place * kLanes] = chirp[2 * k];
      data.im[place * kLanes] = -chirp[(2 * k) + 1];
    }
  }
  const Planes result = inner.forward(data, scratch);
  const double scale = 1.0 / static_cast<double>(size);
  for (std::size_t k = 0; k < size; ++k) {
    filter.push_back(result.re[k * kLanes] * scale);
    filter.push_back(result.im[k * kLanes] * scale);
  }
}

Fft::Fft(std::size_t length) : length_(length) {
  if (length == 0 || length > kLargestLength) {
    fail(ErrorKind::InvalidArgument, "spectrogram", "the transform must have 1 to 2^24 points");
  }
  const std::vector<std::size_t> factors = factors_of(length);
  if (factors.empty() && length > 1) {
    bluestein_ = std::make_unique<const Bluestein>(length);
  } else {
    plan_passes(factors);
  }
}

Fft::~Fft() = default;

std::size_t Fft::room() const { return bluestein_ ? bluestein_->inner.length() : length_; }

void Fft::plan_passes(const std::vector<std::size_t>& factors) {
  std::size_t rest = length_;
  std::size_t width = kLanes;
  for (const std::size_t radix : factors) {
    Pass pass{.radix = radix, .groups = rest / radix, .width = width, .twiddles = {}, .roots = {}};
    for (std::uint64_t p = 0; p < pass.groups; ++p) {
      for (std::uint64_t k = 1; k < radix; ++k) {
        push_root(pass.twiddles, p * k, rest);
      }
    }
    if (std::ranges::find(kKernels, radix) == kKernels.end()) {
      pass.roots = roots_of_unity(radix);
    }
    passes_.push_back(std::move(pass));
    rest /= radix;
    width *= radix;
  }
}

Planes Fft::forward(Planes data, Planes scratch) const {
  if (bluestein_) {
    return convolve(data, scratch);
  }
  for (const Pass& pass : passes_) {
    const PassData step{
        .in_re = data.re,
        .in_im = data.im,
        .out_re = scratch.re,
        .out_im = scratch.im,
        .groups = pass.groups,
        .width = pass.width,
        .twiddles = pass.twiddles.data(),
    };
    switch (pass.radix) {
      case 2:
        pass_radix2(step);
        break;
      case 3:
        pass_radix3(step);
        break;
      case 4:
        pass_radix4(step);
        break;
      case 5:
        pass_radix5(step);
        break;
      case 8:
        pass_radix8(step);
        break;
      default:
        pass_any_radix(step, pass.radix, pass.roots.data());
    }
    std::swap(data, scratch);
  }
  return data;
}

Planes Fft::convolve(Planes data, Planes scratch) const {
  const std::size_t size = bluestein_->inner.length();
  multiply(data, bluestein_->chirp, length_);
  clear(data, length_, size);
  const Planes spectrum = bluestein_->inner.forward(data, scratch);
  const Planes other = spectrum.re == data.re ? scratch : data;
  multiply(spectrum, bluestein_->filter, size);
  // The inverse is the transform with real and imaginary parts exchanged before and after.
  const Planes inverse = bluestein_->inner.forward({.re = spectrum.im, .im = spectrum.re},
                                                   {.re = other.im, .im = other.re});
  const Planes result{.re = inverse.im, .im = inverse.re};
  multiply(result, bluestein_->chirp, length_);
  return result;
}

}  // namespace onnxformers::audio
