#include "audio/framing.h"

#include <algorithm>
#include <array>

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

template <typename Sample>
double padded(std::span<const Sample> sound, std::ptrdiff_t place, PadMode mode) {
  const auto samples = static_cast<std::ptrdiff_t>(sound.size());
  if (place >= 0 && place < samples) {
    return static_cast<double>(sound[static_cast<std::size_t>(place)]);
  }
  switch (mode) {
    case PadMode::Constant:
      return 0.0;
    case PadMode::Edge:
      return static_cast<double>(place < 0 ? sound.front() : sound.back());
    case PadMode::Reflect:
      return static_cast<double>(sound[reflected(place, sound.size())]);
  }
  return 0.0;
}

void remove_means(double* frames, std::size_t frame_length,
                  std::span<const std::size_t, kLanes> lengths) {
  std::array<double, kLanes> means{};
  for (std::size_t i = 0; i < frame_length; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      means[lane] += frames[i * kLanes + lane];
    }
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    means[lane] /= static_cast<double>(std::max<std::size_t>(lengths[lane], 1));
  }
  for (std::size_t i = 0; i < frame_length; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      frames[i * kLanes + lane] -= i < lengths[lane] ? means[lane] : 0.0;
    }
  }
}

ONNXFORMERS_MULTIVERSION
void emphasize(double* frames, std::size_t frame_length, double coefficient) {
  for (std::size_t i = frame_length - 1; i > 0; --i) {
    double* here = frames + i * kLanes;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      here[lane] -= coefficient * (here - kLanes)[lane];
    }
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    frames[lane] *= 1.0 - coefficient;
  }
}

void clear_tails(double* frames, std::size_t frame_length,
                 std::span<const std::size_t, kLanes> lengths) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t i = lengths[lane]; i < frame_length; ++i) {
      frames[i * kLanes + lane] = 0.0;
    }
  }
}

ONNXFORMERS_MULTIVERSION
void multiply_rows(const double* frames, std::span<const double> window, const RowSplit& rows) {
  for (std::size_t i = 0; i < window.size(); ++i) {
    double* out = (i % rows.parts == 0 ? rows.even : rows.odd) + i / rows.parts * kLanes;
    const double factor = window[i];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[lane] = frames[i * kLanes + lane] * factor;
    }
  }
}

}  // namespace

std::size_t Framing::count(std::size_t samples) const {
  const std::size_t length = samples + 2 * padding();
  return length < frame_length ? 0 : 1 + (length - frame_length) / hop_length;
}

template <typename Sample>
std::size_t copy_frame(std::span<const Sample> sound, const Framing& framing, std::size_t index,
                       double* out) {
  const auto begin = static_cast<std::ptrdiff_t>(index * framing.hop_length) -
                     static_cast<std::ptrdiff_t>(framing.padding());
  const auto length = static_cast<std::ptrdiff_t>(framing.frame_length);
  const auto samples = static_cast<std::ptrdiff_t>(sound.size());
  if (begin >= 0 && begin + length <= samples) {
    const Sample* from = sound.data() + begin;
    for (std::size_t i = 0; i < framing.frame_length; ++i) {
      out[i * kLanes] = static_cast<double>(from[i]);
    }
    return framing.frame_length;
  }
  const std::ptrdiff_t end = samples + static_cast<std::ptrdiff_t>(framing.padding());
  const std::ptrdiff_t there = std::clamp<std::ptrdiff_t>(end - begin, 0, length);
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    out[static_cast<std::size_t>(i) * kLanes] =
        i < there ? padded(sound, begin + i, framing.pad_mode) : 0.0;
  }
  return static_cast<std::size_t>(there);
}

template <typename Sample>
bool is_silent(std::span<const Sample> sound, const Framing& framing, std::size_t begin,
               std::size_t end) {
  const std::size_t first = begin * framing.hop_length;
  const std::size_t last = (end - 1) * framing.hop_length + framing.frame_length;
  if (first < framing.padding() || last - framing.padding() > sound.size()) {
    return false;
  }
  const auto* from = sound.data() + (first - framing.padding());
  return std::all_of(from, sound.data() + (last - framing.padding()),
                     [](Sample sample) { return sample == Sample{0}; });
}

template std::size_t copy_frame(std::span<const float>, const Framing&, std::size_t, double*);
template std::size_t copy_frame(std::span<const double>, const Framing&, std::size_t, double*);
template bool is_silent(std::span<const float>, const Framing&, std::size_t, std::size_t);
template bool is_silent(std::span<const double>, const Framing&, std::size_t, std::size_t);

void treat_frames(double* frames, const FrameTreatment& treatment,
                  std::span<const std::size_t, kLanes> lengths, const RowSplit& rows) {
  const std::size_t frame_length = treatment.window.size();
  if (treatment.removes_dc_offset) {
    remove_means(frames, frame_length, lengths);
  }
  if (treatment.has_preemphasis) {
    emphasize(frames, frame_length, treatment.preemphasis);
    clear_tails(frames, frame_length, lengths);
  }
  multiply_rows(frames, treatment.window, rows);
}

}  // namespace onnxformers::audio
