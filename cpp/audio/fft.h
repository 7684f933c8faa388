#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "audio/lanes.h"

namespace onnxformers::audio {

/// The discrete Fourier transform of complex frames of one length, kLanes of them at once.
/// Immutable: threads share a plan.
///
/// Lengths of factors up to 61 go through mixed radices (Stockham's order: every pass reads and
/// writes in sequence and nothing is reversed), others through Bluestein's convolution.
class Fft {
 public:
  /// @param length 1 to 2^24
  explicit Fft(std::size_t length);
  ~Fft();
  Fft(const Fft&) = delete;
  Fft& operator=(const Fft&) = delete;

  [[nodiscard]] std::size_t length() const { return length_; }
  /// Complex values a lane that `data` and `scratch` of `forward` must have room for.
  [[nodiscard]] std::size_t room() const;

  /// Overwrites both arguments; the result lies in the one that is returned.
  [[nodiscard]] Planes forward(Planes data, Planes scratch) const;

 private:
  struct Pass {
    std::size_t radix;
    std::size_t groups;            ///< length of the sub-transforms after this pass
    std::size_t width;             ///< values that share a twiddle factor, lanes included
    std::vector<double> twiddles;  ///< (group, k = 1 .. radix - 1): re, im
    std::vector<double> roots;     ///< of unity, re and im, for radices without a kernel
  };
  struct Bluestein;

  void plan_passes(const std::vector<std::size_t>& factors);
  [[nodiscard]] Planes convolve(Planes data, Planes scratch) const;

  std::size_t length_;
  std::vector<Pass> passes_;
  std::unique_ptr<const Bluestein> bluestein_;
};

}  // namespace onnxformers::audio
