#pragma once

#include <cstddef>

#include "audio/lanes.h"

namespace onnxformers::audio {

/// What one pass of a mixed-radix transform works on. With n = radix * groups and w = exp(-2 pi i
/// / n): out[radix * p + k] = w^(p k) * sum over j of in[p + groups * j] * exp(-2 pi i j k / radix)
/// for each group p; every such value is `width` doubles.
struct PassData {
  const double* in_re;
  const double* in_im;
  double* out_re;
  double* out_im;
  std::size_t groups;
  std::size_t width;
  const double* twiddles;  ///< (group, k = 1 .. radix - 1): re, im
};

void pass_radix2(const PassData& pass);
void pass_radix3(const PassData& pass);
void pass_radix4(const PassData& pass);
void pass_radix5(const PassData& pass);
void pass_radix8(const PassData& pass);
/// Any radix by the definition; `roots` are exp(-2 pi i j / radix), re and im.
void pass_any_radix(const PassData& pass, std::size_t radix, const double* roots);

}  // namespace onnxformers::audio
