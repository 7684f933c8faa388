#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/lanes.h"

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

/// Copies frame `index` of a sound to every kLanes-th place of `out`; what lies beyond the padded
/// sound is 0. Returns how many samples of the frame lie within it.
template <typename Sample>
std::size_t copy_frame(std::span<const Sample> sound, const Framing& framing, std::size_t index,
                       double* out);

/// Whether every sample that frames [begin, end) read is 0.
template <typename Sample>
bool is_silent(std::span<const Sample> sound, const Framing& framing, std::size_t begin,
               std::size_t end);

/// What is done to frames before their transform, in this order.
struct FrameTreatment {
  std::vector<double> window;  ///< of frame_length
  double preemphasis;          ///< 0 for none
  bool has_preemphasis;
  bool removes_dc_offset;
};

/// Where the samples of treated frames go, a row of kLanes values each.
struct RowSplit {
  double* even;
  double* odd;        ///< of samples with an odd index, when there are two parts
  std::size_t parts;  ///< 1 or 2
};

/// Treats kLanes frames of shape (frame_length, kLanes), which are overwritten. `lengths` says how
/// many samples of each frame exist: the mean is over these, and the rest stays 0.
void treat_frames(double* frames, const FrameTreatment& treatment,
                  std::span<const std::size_t, kLanes> lengths, const RowSplit& rows);

}  // namespace onnxformers::audio
