#include "audio/framing.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "audio/transpose.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// The sample that stands at `place` of a mirrored sound: ... 2 1 0 1 2 ... n-2 n-1 n-2 ...
std::size_t reflected(std::ptrdiff_t place, std::size_t samples) {
  const auto last = static_cast<std::ptrdiff_t>(samples) - 1;
  if (last == 0) {
    return 0;
  }
  const std::ptrdiff_t period = 2 * last;
  const std::ptrdiff_t within = ((place % period) + period) % period;
  return static_cast<std::size_t>(within <= last ? within : period - within);
}

ONNXFORMERS_MULTIVERSION
void remove_means(double* frames, std::size_t frame_length, const double* counts) {
  Lane sum = filled(0.0);
  for (std::size_t i = 0; i < frame_length; ++i) {
    sum = sum + load(frames + (i * kLanes));
  }
  std::array<double, kLanes> means{};
  store(means.data(), sum);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    means[lane] /= counts[lane];
  }
  const Lane mean = load(means.data());
  for (std::size_t i = 0; i < frame_length; ++i) {
    store(frames + (i * kLanes), load(frames + (i * kLanes)) - mean);
  }
}

ONNXFORMERS_MULTIVERSION
void emphasize(double* frames, std::size_t frame_length, double coefficient) {
  for (std::size_t i = frame_length - 1; i > 0; --i) {
    double* here = frames + (i * kLanes);
    store(here, load(here) - (load(here - kLanes) * coefficient));
  }
  store(frames, load(frames) * (1.0 - coefficient));
}

using FrameLengths = std::array<std::size_t, kLanes>;

void clear_tails(double* frames, std::size_t frame_length, const FrameLengths& lengths) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t i = lengths[lane]; i < frame_length; ++i) {
      frames[(i * kLanes) + lane] = 0.0;
    }
  }
}

ONNXFORMERS_INLINE double* row_of(const RowSplit& rows, std::size_t i) {
  const std::size_t odd = rows.is_split ? i % 2 : 0;
  return (odd != 0 ? rows.odd : rows.even) + ((rows.is_split ? i / 2 : i) * kLanes);
}

ONNXFORMERS_MULTIVERSION
void multiply_rows(const double* frames, std::span<const double> window, const RowSplit& rows) {
  for (std::size_t i = 0; i < window.size(); ++i) {
    store(row_of(rows, i), load(frames + (i * kLanes)) * window[i]);
  }
}

ONNXFORMERS_INLINE Lane load_eight(const float* from) {
  LaneFloats values;
  std::memcpy(&values, from, sizeof values);
  return widened(values);
}

ONNXFORMERS_INLINE Lane load_eight(const double* from) { return load(from); }

/// kLanes frames that begin `hop` samples apart and lie within the sound, times the window.
template <typename Sample>
ONNXFORMERS_INLINE void load_whole(const Sample* first, std::size_t hop,
                                   std::span<const double> window, const RowSplit& rows) {
  std::size_t i = 0;
  // NOLINTNEXTLINE(modernize-avoid-c-arrays): stays in registers
  for (Lane block[kLanes]; i + kLanes <= window.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      block[lane] = load_eight(first + (lane * hop) + i);
    }
    transpose(block);
    for (std::size_t row = 0; row < kLanes; ++row) {
      store(row_of(rows, i + row), block[row] * window[i + row]);
    }
  }
  for (; i < window.size(); ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      row_of(rows, i)[lane] = static_cast<double>(first[(lane * hop) + i]) * window[i];
    }
  }
}

ONNXFORMERS_MULTIVERSION
void load_frames(const float* first, std::size_t hop, std::span<const double> window,
                 const RowSplit& rows) {
  load_whole(first, hop, window, rows);
}

ONNXFORMERS_MULTIVERSION
void load_frames(const double* first, std::size_t hop, std::span<const double> window,
                 const RowSplit& rows) {
  load_whole(first, hop, window, rows);
}

/// The first sample of the frames when they are kLanes and lie within the sound; else null.
template <typename Sample>
const Sample* whole_frames(const Piece<Sample>& piece, FrameRange range) {
  const Framing& framing = piece.framing;
  const std::size_t first = range.begin * framing.hop_length;
  const std::size_t last = ((range.end - 1) * framing.hop_length) + framing.frame_length;
  const bool is_whole =
      first >= framing.padding() && last - framing.padding() <= piece.samples.size();
  return is_whole ? piece.samples.data() + (first - framing.padding()) : nullptr;
}

/// Copies frame `index` to every kLanes-th place of `out`; what lies beyond the padded sound is 0.
/// Returns how many samples of the frame lie within it.
template <typename Sample>
std::size_t copy_padded(const Piece<Sample>& piece, std::size_t index, double* out) {
  const Framing& framing = piece.framing;
  const auto padding = static_cast<std::ptrdiff_t>(framing.padding());
  const auto begin = static_cast<std::ptrdiff_t>(index * framing.hop_length) - padding;
  const auto length = static_cast<std::ptrdiff_t>(framing.frame_length);
  const auto end = static_cast<std::ptrdiff_t>(piece.samples.size()) + padding;
  const std::ptrdiff_t there = std::clamp<std::ptrdiff_t>(end - begin, 0, length);
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    out[static_cast<std::size_t>(i) * kLanes] = i < there ? piece.padded(begin + i) : 0.0;
  }
  return static_cast<std::size_t>(there);
}

void repeat_last_lane(double* rows, std::size_t count, std::size_t lanes) {
  for (double* row = rows; row < rows + (count * kLanes); row += kLanes) {
    std::fill(row + lanes, row + kLanes, row[lanes - 1]);
  }
}

using FrameNumbers = std::array<std::size_t, kLanes>;

void treat_frames(double* frames, const FrameTreatment& treatment, const FrameLengths& lengths,
                  const FrameNumbers& numbers) {
  const std::size_t frame_length = treatment.window.size();
  if (treatment.dither.amount != 0.0) {
    add_noise(frames, frame_length, numbers, treatment.dither);
    clear_tails(frames, frame_length, lengths);
  }
  if (treatment.removes_dc_offset) {
    std::array<double, kLanes> counts{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      counts[lane] = static_cast<double>(std::max<std::size_t>(lengths[lane], 1));
    }
    remove_means(frames, frame_length, counts.data());
    clear_tails(frames, frame_length, lengths);
  }
  if (treatment.has_preemphasis) {
    emphasize(frames, frame_length, treatment.preemphasis);
    clear_tails(frames, frame_length, lengths);
  }
}

}  // namespace

std::size_t Framing::count(std::size_t samples) const {
  const std::size_t length = samples + (2 * padding());
  return length < frame_length ? 0 : 1 + ((length - frame_length) / hop_length);
}

template <typename Sample>
double Piece<Sample>::padded(std::ptrdiff_t place) const {
  const auto count = static_cast<std::ptrdiff_t>(samples.size());
  if (place >= 0 && place < count) {
    return static_cast<double>(samples[static_cast<std::size_t>(place)]);
  }
  switch (framing.pad_mode) {
    case PadMode::Constant:
      return 0.0;
    case PadMode::Edge:
      return static_cast<double>(place < 0 ? samples.front() : samples.back());
    case PadMode::Reflect:
      return static_cast<double>(samples[reflected(place, samples.size())]);
  }
  return 0.0;
}

template <typename Sample>
void load_frames(const Piece<Sample>& piece, FrameRange range, const FrameTreatment& treatment,
                 double* scratch, const RowSplit& rows) {
  const std::size_t lanes = range.end - range.begin;
  const Sample* whole = lanes == kLanes ? whole_frames(piece, range) : nullptr;
  const std::size_t hop = piece.framing.hop_length;
  if (whole != nullptr && treatment.has_only_window()) {
    load_frames(whole, hop, treatment.window, rows);
    return;
  }
  FrameLengths lengths{};
  FrameNumbers numbers{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    // Lanes beyond the last frame repeat it; their results are not written.
    const std::size_t frame = std::min(range.begin + lane, range.end - 1);
    numbers[lane] = piece.first_frame + frame;
    if (whole != nullptr) {
      lengths[lane] = piece.framing.frame_length;
    } else {
      lengths[lane] = lane < lanes ? copy_padded(piece, frame, scratch + lane) : lengths[lanes - 1];
    }
  }
  if (whole != nullptr) {
    load_frames(whole, hop, treatment.ones, {scratch, nullptr, false});
  } else {
    repeat_last_lane(scratch, piece.framing.frame_length, lanes);
  }
  treat_frames(scratch, treatment, lengths, numbers);
  multiply_rows(scratch, treatment.window, rows);
}

template <typename Sample>
bool is_silent(const Piece<Sample>& piece, FrameRange range) {
  const Sample* from = whole_frames(piece, range);
  const std::size_t samples =
      ((range.end - 1 - range.begin) * piece.framing.hop_length) + piece.framing.frame_length;
  return from != nullptr &&
         std::all_of(from, from + samples, [](Sample sample) { return sample == Sample{0}; });
}

template struct Piece<float>;
template struct Piece<double>;
template void load_frames(const Piece<float>&, FrameRange, const FrameTreatment&, double*,
                          const RowSplit&);
template void load_frames(const Piece<double>&, FrameRange, const FrameTreatment&, double*,
                          const RowSplit&);
template bool is_silent(const Piece<float>&, FrameRange);
template bool is_silent(const Piece<double>&, FrameRange);

}  // namespace onnxformers::audio
