#pragma once

#include <cstddef>
#include <vector>

#include "audio/fft.h"
#include "audio/lanes.h"

namespace onnxformers::audio {

/// The transform of real frames: of even lengths as a complex one of half the length, of odd
/// lengths with imaginary parts of zero.
class RealFft {
 public:
  explicit RealFft(std::size_t length);

  [[nodiscard]] std::size_t length() const { return length_; }
  /// Of the frequencies that differ: length / 2 + 1.
  [[nodiscard]] std::size_t bins() const { return (length_ / 2) + 1; }
  /// Values a lane that each of four buffers (data and scratch) must hold.
  [[nodiscard]] std::size_t room() const { return fft_.room(); }
  /// Where sample i of a frame goes: even lengths put odd samples into the imaginary part.
  [[nodiscard]] bool is_halved() const { return length_ % 2 == 0; }

  /// |X[k]|^2 for each bin, shape (bins, kLanes). Overwrites data and scratch.
  void power(Planes data, Planes scratch, double* out) const;
  /// X[k] for each bin, shape (bins, kLanes) twice.
  void spectrum(Planes data, Planes scratch, Planes out) const;

 private:
  std::size_t length_;
  Fft fft_;
  std::vector<double> roots_;  ///< exp(-2 pi i k / length) for k = 0 .. length / 4
};

}  // namespace onnxformers::audio
