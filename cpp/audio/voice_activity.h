#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace onnxformers::audio {

/// What tells a voice from noise and silence, of frames that follow one another without overlap.
struct FrameTimbre {
  std::vector<double> energy;    ///< mean square around the frame's mean
  std::vector<double> flatness;  ///< geometric by arithmetic mean of the power in the band
};

/// A band of bins: [first, last) of a transform over the frame.
struct BinBand {
  std::size_t first;
  std::size_t last;
};

/// @param frame_length at least 2; samples behind the last whole frame are left out
/// @param band within frame_length / 2 + 1 bins, not empty
template <typename Sample>
[[nodiscard]] FrameTimbre frame_timbre(std::span<const Sample> sound, std::size_t frame_length,
                                       BinBand band);

/// Stretches of frames: one begins at a score of `threshold` and ends where more than `patience`
/// scores since the last such one lie below `low`.
/// @returns the first frame of each, and the one behind its last
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> active_runs(
    std::span<const double> scores, double threshold, double low, std::size_t patience);

}  // namespace onnxformers::audio
