#include "audio/fft_passes.h"

#include "audio/inline.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

struct Complex {
  double re;
  double im;
};

ONNXFORMERS_INLINE Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
ONNXFORMERS_INLINE Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
ONNXFORMERS_INLINE Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
ONNXFORMERS_INLINE Complex scaled(Complex a, double by) { return {a.re * by, a.im * by}; }
/// a / i.
ONNXFORMERS_INLINE Complex turned(Complex a) { return {a.im, -a.re}; }

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
  return {pass.in_re + p * pass.width,
          pass.in_im + p * pass.width,
          pass.out_re + radix * p * pass.width,
          pass.out_im + radix * p * pass.width,
          pass.groups * pass.width,
          pass.width,
          pass.twiddles + 2 * (radix - 1) * p};
}

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

template <std::size_t kRadix, bool kTwiddled>
ONNXFORMERS_INLINE void transform_group(const Group& group) {
  const double* ONNXFORMERS_RESTRICT in_re = group.in_re;
  const double* ONNXFORMERS_RESTRICT in_im = group.in_im;
  double* ONNXFORMERS_RESTRICT out_re = group.out_re;
  double* ONNXFORMERS_RESTRICT out_im = group.out_im;
  const std::size_t stride = group.stride;
  const std::size_t width = group.width;
  Complex w[kRadix]{};
  for (std::size_t k = 1; kTwiddled && k < kRadix; ++k) {
    w[k] = {group.twiddles[2 * k - 2], group.twiddles[2 * k - 1]};
  }
  ONNXFORMERS_INDEPENDENT
  for (std::size_t i = 0; i < width; ++i) {
    Complex a[kRadix];
    Complex y[kRadix];
    for (std::size_t j = 0; j < kRadix; ++j) {
      a[j] = {in_re[j * stride + i], in_im[j * stride + i]};
    }
    butterfly(a, y);
    for (std::size_t k = 0; k < kRadix; ++k) {
      const Complex out = kTwiddled && k > 0 ? y[k] * w[k] : y[k];
      out_re[k * width + i] = out.re;
      out_im[k * width + i] = out.im;
    }
  }
}

/// The factors of the first group are all 1.
template <std::size_t kRadix>
ONNXFORMERS_INLINE void transform(const PassData& pass) {
  transform_group<kRadix, false>(group_of(pass, 0, kRadix));
  for (std::size_t p = 1; p < pass.groups; ++p) {
    transform_group<kRadix, true>(group_of(pass, p, kRadix));
  }
}

/// Adds `weight` times the values in[i] to out[i].
ONNXFORMERS_MULTIVERSION
void add_scaled(const Group& group, const double* in_re, const double* in_im, Complex weight) {
  double* ONNXFORMERS_RESTRICT out_re = group.out_re;
  double* ONNXFORMERS_RESTRICT out_im = group.out_im;
  ONNXFORMERS_INDEPENDENT
  for (std::size_t i = 0; i < group.width; ++i) {
    const Complex term = Complex{in_re[i], in_im[i]} * weight;
    out_re[i] += term.re;
    out_im[i] += term.im;
  }
}

ONNXFORMERS_MULTIVERSION
void multiply(const Group& group, Complex factor) {
  ONNXFORMERS_INDEPENDENT
  for (std::size_t i = 0; i < group.width; ++i) {
    const Complex value = Complex{group.out_re[i], group.out_im[i]} * factor;
    group.out_re[i] = value.re;
    group.out_im[i] = value.im;
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

void pass_any_radix(const PassData& pass, std::size_t radix, const double* roots) {
  for (std::size_t p = 0; p < pass.groups; ++p) {
    Group group = group_of(pass, p, radix);
    for (std::size_t k = 0; k < radix; ++k) {
      for (std::size_t i = 0; i < group.width; ++i) {
        group.out_re[i] = 0.0;
        group.out_im[i] = 0.0;
      }
      for (std::size_t j = 0; j < radix; ++j) {
        const double* root = roots + 2 * (j * k % radix);
        add_scaled(group, group.in_re + j * group.stride, group.in_im + j * group.stride,
                   {root[0], root[1]});
      }
      if (p > 0 && k > 0) {
        multiply(group, {group.twiddles[2 * k - 2], group.twiddles[2 * k - 1]});
      }
      group.out_re += group.width;
      group.out_im += group.width;
    }
  }
}

}  // namespace onnxformers::audio
