#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/lanes.h"
#include "audio/noise.h"

namespace onnxformers::audio {

/// What stands before the first and behind the last sample of a centred spectrogram.
enum class PadMode : std::uint8_t { Constant, Edge, Reflect };

/// How a sound is cut into frames.
struct Framing {
  std::size_t frame_length;
  std::size_t hop_length;
  bool is_centered;  ///< frame t is around sample t * hop_length and does not begin there
  PadMode pad_mode;

  [[nodiscard]] std::size_t padding() const { return is_centered ? frame_length / 2 : 0; }
  /// How many whole frames a sound has.
  [[nodiscard]] std::size_t count(std::size_t samples) const;
};

/// Frames [begin, end), one to kLanes.
struct FrameRange {
  std::size_t begin;
  std::size_t end;
};

/// A sound, or a piece of one.
template <typename Sample>
struct Piece {
  std::span<const Sample> samples;
  Framing framing{};
  std::size_t first_frame = 0;  ///< number of its first frame in the whole sound

  /// The sample that stands at `place` of the padded sound, which may lie outside.
  [[nodiscard]] double padded(std::ptrdiff_t place) const;
};

/// Whether every sample that the frames read is 0, and none of them is padding.
template <typename Sample>
bool is_silent(const Piece<Sample>& piece, FrameRange range);

/// What is done to frames before their transform: noise is added, the mean of the samples that
/// exist is taken away, then preemphasis, then the window.
struct FrameTreatment {
  std::vector<double> window;  ///< of frame_length
  std::vector<double> ones;    ///< as many
  double preemphasis;
  bool has_preemphasis;
  bool removes_dc_offset;
  Dither dither;

  [[nodiscard]] bool has_only_window() const {
    return !has_preemphasis && !removes_dc_offset && dither.amount == 0.0;
  }
};

/// Where the samples of frames go, a row of kLanes values each.
struct RowSplit {
  double* even;
  double* odd;  ///< samples with an odd index, when they are split
  bool is_split;
};

/// Reads frames, treats them and writes their rows. What lies beyond the padded sound is 0.
/// @param scratch room for frame_length rows
template <typename Sample>
void load_frames(const Piece<Sample>& piece, FrameRange range, const FrameTreatment& treatment,
                 double* scratch, const RowSplit& rows);

}  // namespace onnxformers::audio
