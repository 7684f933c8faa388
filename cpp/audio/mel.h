#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onnxformers::audio {

/// How pitch is heard: Htk's logarithm, Kaldi's (the same, natural), or Slaney's, which is a line
/// up to 1 kHz.
enum class MelScale : std::uint8_t { Htk, Kaldi, Slaney };

[[nodiscard]] double hertz_to_mel(double hertz, MelScale scale);
[[nodiscard]] double mel_to_hertz(double mels, MelScale scale);

/// Triangular filters, evenly spaced on a mel scale; see `mel_filter_bank` of
/// spec/transformers.js/utils_audio.md.
struct MelBank {
  std::size_t bins;  ///< at least 2
  std::size_t filters;
  double lowest;   ///< hertz at which the first filter begins
  double highest;  ///< hertz at which the last one ends; above `lowest`
  std::size_t sampling_rate;
  MelScale scale;
  bool has_equal_areas;  ///< divided by their width; else of equal height
  bool is_over_mels;     ///< their sides are lines over mels, not over hertz

  /// @param out shape (bins, filters), of zeros
  void fill(std::span<double> out) const;
};

}  // namespace onnxformers::audio
