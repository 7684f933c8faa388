#include "audio/fft_passes.h"

#include "audio/inline.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// One complex value of kLanes frames.
struct Complex {
  Lane re;
  Lane im;
};

/// A factor that all frames share.
struct Factor {
  double re;
  double im;
};

ONNXFORMERS_INLINE Complex operator+(const Complex& a, const Complex& b) {
  return {.re = a.re + b.re, .im = a.im + b.im};
}
ONNXFORMERS_INLINE Complex operator-(const Complex& a, const Complex& b) {
  return {.re = a.re - b.re, .im = a.im - b.im};
}
ONNXFORMERS_INLINE Complex operator*(const Complex& a, Factor b) {
  return {.re = (a.re * b.re) - (a.im * b.im), .im = (a.re * b.im) + (a.im * b.re)};
}
ONNXFORMERS_INLINE Complex scaled(const Complex& a, double by) {
  return {.re = a.re * by, .im = a.im * by};
}
/// a / i.
ONNXFORMERS_INLINE Complex turned(const Complex& a) { return {.re = a.im, .im = a.re * -1.0}; }

/// Where the values of one group lie.
struct Group {
  const double* in_re;
  const double* in_im;
  double* out_re;
  double* out_im;
  std::size_t stride;  ///< doubles between the inputs
  std::size_t width;
  const double* twiddles;
};

ONNXFORMERS_INLINE Group group_of(const PassData& pass, std::size_t p, std::size_t radix) {
  return {
      .in_re = pass.in_re + (p * pass.width),
      .in_im = pass.in_im + (p * pass.width),
      .out_re = pass.out_re + (radix * p * pass.width),
      .out_im = pass.out_im + (radix * p * pass.width),
      .stride = pass.groups * pass.width,
      .width = pass.width,
      .twiddles = pass.twiddles + (2 * (radix - 1) * p),
  };
}

// NOLINTBEGIN(modernize-avoid-c-arrays): they stay in registers

ONNXFORMERS_INLINE void butterfly(const Complex (&a)[2], Complex (&y)[2]) {
  y[0] = a[0] + a[1];
  y[1] = a[0] - a[1];
}

ONNXFORMERS_INLINE void butterfly(const Complex (&a)[3], Complex (&y)[3]) {
  constexpr double kSin = 0.86602540378443864676;  // sin(2 pi / 3)
  const Complex sum = a[1] + a[2];
  const Complex middle = a[0] - scaled(sum, 0.5);
  const Complex turn = scaled(turned(a[1] - a[2]), kSin);
  y[0] = a[0] + sum;
  y[1] = middle + turn;
  y[2] = middle - turn;
}

ONNXFORMERS_INLINE void butterfly(const Complex (&a)[4], Complex (&y)[4]) {
  const Complex even_sum = a[0] + a[2];
  const Complex even_difference = a[0] - a[2];
  const Complex odd_sum = a[1] + a[3];
  const Complex odd_turn = turned(a[1] - a[3]);
  y[0] = even_sum + odd_sum;
  y[1] = even_difference + odd_turn;
  y[2] = even_sum - odd_sum;
  y[3] = even_difference - odd_turn;
}

ONNXFORMERS_INLINE void butterfly(const Complex (&a)[5], Complex (&y)[5]) {
  constexpr double kCos1 = 0.30901699437494742410;   // cos(2 pi / 5)
  constexpr double kCos2 = -0.80901699437494742410;  // cos(4 pi / 5)
  constexpr double kSin1 = 0.95105651629515357212;   // sin(2 pi / 5)
  constexpr double kSin2 = 0.58778525229247312917;   // sin(4 pi / 5)
  const Complex outer_sum = a[1] + a[4];
  const Complex outer = turned(a[1] - a[4]);
  const Complex inner_sum = a[2] + a[3];
  const Complex inner = turned(a[2] - a[3]);
  y[0] = a[0] + outer_sum + inner_sum;
  const Complex middle1 = a[0] + scaled(outer_sum, kCos1) + scaled(inner_sum, kCos2);
  const Complex middle2 = a[0] + scaled(outer_sum, kCos2) + scaled(inner_sum, kCos1);
  const Complex turn1 = scaled(outer, kSin1) + scaled(inner, kSin2);
  const Complex turn2 = scaled(outer, kSin2) - scaled(inner, kSin1);
  y[1] = middle1 + turn1;
  y[4] = middle1 - turn1;
  y[2] = middle2 + turn2;
  y[3] = middle2 - turn2;
}

ONNXFORMERS_INLINE void butterfly(const Complex (&a)[8], Complex (&y)[8]) {
  constexpr double kRoot = 0.70710678118654752440;  // sqrt(1 / 2)
  const Complex even[4] = {a[0], a[2], a[4], a[6]};
  const Complex odd[4] = {a[1], a[3], a[5], a[7]};
  Complex low[4];
  Complex high[4];
  butterfly(even, low);
  butterfly(odd, high);
  // Times exp(-2 pi i k / 8).
  high[1] = scaled(high[1] + turned(high[1]), kRoot);
  high[2] = turned(high[2]);
  high[3] = scaled(turned(high[3]) - high[3], kRoot);
  for (std::size_t k = 0; k < 4; ++k) {
    y[k] = low[k] + high[k];
    y[k + 4] = low[k] - high[k];
  }
}

template <std::size_t kRadix, bool kTwiddled>
ONNXFORMERS_INLINE void transform_group(const Group& group) {
  Factor w[kRadix]{};
  for (std::size_t k = 1; kTwiddled && k < kRadix; ++k) {
    w[k] = {group.twiddles[(2 * k) - 2], group.twiddles[(2 * k) - 1]};
  }
  for (std::size_t i = 0; i < group.width; i += kLanes) {
    Complex a[kRadix];
    Complex y[kRadix];
    for (std::size_t j = 0; j < kRadix; ++j) {
      a[j] = {load(group.in_re + (j * group.stride) + i),
              load(group.in_im + (j * group.stride) + i)};
    }
    butterfly(a, y);
    for (std::size_t k = 0; k < kRadix; ++k) {
      const Complex out = kTwiddled && k > 0 ? y[k] * w[k] : y[k];
      store(group.out_re + (k * group.width) + i, out.re);
      store(group.out_im + (k * group.width) + i, out.im);
    }
  }
}

// NOLINTEND(modernize-avoid-c-arrays)

/// The factors of the first group are all 1.
template <std::size_t kRadix>
ONNXFORMERS_INLINE void transform(const PassData& pass) {
  transform_group<kRadix, false>(group_of(pass, 0, kRadix));
  for (std::size_t p = 1; p < pass.groups; ++p) {
    transform_group<kRadix, true>(group_of(pass, p, kRadix));
  }
}

/// Output k of a group by the definition.
ONNXFORMERS_INLINE void transform_one(const Group& group, std::size_t radix, std::size_t k,
                                      const double* roots) {
  const Factor twiddle =
      k == 0 ? Factor{.re = 1.0, .im = 0.0}
             : Factor{.re = group.twiddles[(2 * k) - 2], .im = group.twiddles[(2 * k) - 1]};
  for (std::size_t i = 0; i < group.width; i += kLanes) {
    Complex sum{.re = load(group.in_re + i), .im = load(group.in_im + i)};
    for (std::size_t j = 1; j < radix; ++j) {
      const Complex a{
          .re = load(group.in_re + (j * group.stride) + i),
          .im = load(group.in_im + (j * group.stride) + i),
      };
      const double* root = roots + (2 * (j * k % radix));
      sum = sum + a * Factor{.re = root[0], .im = root[1]};
    }
    const Complex out = sum * twiddle;
    store(group.out_re + (k * group.width) + i, out.re);
    store(group.out_im + (k * group.width) + i, out.im);
  }
}

}  // namespace

ONNXFORMERS_MULTIVERSION
void pass_radix2(const PassData& pass) { transform<2>(pass); }

ONNXFORMERS_MULTIVERSION
void pass_radix3(const PassData& pass) { transform<3>(pass); }

ONNXFORMERS_MULTIVERSION
void pass_radix4(const PassData& pass) { transform<4>(pass); }

ONNXFORMERS_MULTIVERSION
void pass_radix5(const PassData& pass) { transform<5>(pass); }

ONNXFORMERS_MULTIVERSION
void pass_radix8(const PassData& pass) { transform<8>(pass); }

ONNXFORMERS_MULTIVERSION
void pass_any_radix(const PassData& pass, std::size_t radix, const double* roots) {
  for (std::size_t p = 0; p < pass.groups; ++p) {
    for (std::size_t k = 0; k < radix; ++k) {
      transform_one(group_of(pass, p, radix), radix, k, roots);
    }
  }
}

}  // namespace onnxformers::audio
