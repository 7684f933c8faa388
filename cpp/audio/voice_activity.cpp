#include "audio/voice_activity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "audio/framing.h"
#include "audio/logarithm.h"
#include "audio/real_fft.h"
#include "audio/window.h"
#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// Keeps the logarithm of silence finite.
constexpr double kLeastPower = 1e-12;

/// Multiplies rows with the window; returns the sum of their squares before.
ONNXFORMERS_MULTIVERSION
void square_and_window(double* rows, const double* window, std::size_t step, std::size_t count,
                       double* squares) {
  Lane sum = load(squares);
  for (std::size_t i = 0; i < count; ++i) {
    const Lane row = load(rows + (i * kLanes));
    sum = sum + (row * row);
    store(rows + (i * kLanes), row * window[i * step]);
  }
  store(squares, sum);
}

/// The sum of `count` rows, of which each becomes at least kLeastPower first.
ONNXFORMERS_MULTIVERSION
void sum_of_powers(double* rows, std::size_t count, double* sum) {
  Lane total = filled(0.0);
  for (std::size_t i = 0; i < count; ++i) {
    const Lane row = load(rows + (i * kLanes)) + filled(kLeastPower);
    store(rows + (i * kLanes), row);
    total = total + row;
  }
  store(sum, total);
}

ONNXFORMERS_MULTIVERSION
void sum_of_rows(const double* rows, std::size_t count, double* sum) {
  Lane total = filled(0.0);
  for (std::size_t i = 0; i < count; ++i) {
    total = total + load(rows + (i * kLanes));
  }
  store(sum, total);
}

using LaneValues = std::array<double, kLanes>;

/// The steps from frames to their timbre, kLanes at a time.
class Timbre {
 public:
  Timbre(std::size_t frame_length, BinBand band)
      : fft_(frame_length),
        band_(band),
        treatment_{
            .window = std::vector<double>(frame_length),
            .ones = std::vector<double>(frame_length, 1.0),
            .preemphasis = 0.0,
            .has_preemphasis = false,
            .removes_dc_offset = true,
            .dither = {},
        },
        window_(frame_length),
        frames_(frame_length),
        memory_(4 * fft_.room()),
        power_(fft_.bins()),
        data_{.re = memory_.data(), .im = memory_.data() + (fft_.room() * kLanes)},
        scratch_{.re = data_.im + (fft_.room() * kLanes),
                 .im = data_.im + (2 * fft_.room() * kLanes)} {
    treatment_.window = treatment_.ones;
    fill_window(WindowShape::Hann, false, window_);
  }

  template <typename Sample>
  void run(const Piece<Sample>& piece, FrameRange range, FrameTimbre& out) {
    const bool is_split = fft_.is_halved();
    const std::size_t points = window_.size();
    std::fill_n(data_.im, is_split ? 0 : points * kLanes, 0.0);
    load_frames(piece, range, treatment_, frames_.data(), {data_.re, data_.im, is_split});
    LaneValues squares{};
    square_and_window(data_.re, window_.data(), is_split ? 2 : 1, is_split ? points / 2 : points,
                      squares.data());
    if (is_split) {
      square_and_window(data_.im, window_.data() + 1, 2, points / 2, squares.data());
    }
    fft_.power(data_, scratch_, power_.data());
    write(squares, range, out);
  }

 private:
  void write(const LaneValues& squares, FrameRange range, FrameTimbre& out) {
    const std::size_t bins = band_.last - band_.first;
    double* band = power_.data() + (band_.first * kLanes);
    LaneValues powers{};
    LaneValues logs{};
    sum_of_powers(band, bins, powers.data());
    scaled_log({band, bins * kLanes}, 1.0);
    sum_of_rows(band, bins, logs.data());
    for (std::size_t frame = range.begin; frame < range.end; ++frame) {
      const std::size_t lane = frame - range.begin;
      const auto count = static_cast<double>(bins);
      out.energy[frame] = squares[lane] / static_cast<double>(window_.size());
      out.flatness[frame] = std::exp(logs[lane] / count) / (powers[lane] / count);
    }
  }

  RealFft fft_;
  BinBand band_;
  FrameTreatment treatment_;
  std::vector<double> window_;
  LaneRows frames_;
  LaneRows memory_;
  LaneRows power_;
  Planes data_;
  Planes scratch_;
};

}  // namespace

template <typename Sample>
FrameTimbre frame_timbre(std::span<const Sample> sound, std::size_t frame_length, BinBand band) {
  if (frame_length < 2 || band.first >= band.last || band.last > (frame_length / 2) + 1) {
    fail(ErrorKind::InvalidArgument, "voice activity",
         "frames need two samples at least, and a band of their bins");
  }
  const std::size_t count = sound.size() / frame_length;
  const Piece<Sample> piece{sound, {frame_length, frame_length, false, PadMode::Constant}};
  FrameTimbre out{.energy = std::vector<double>(count), .flatness = std::vector<double>(count)};
  Timbre timbre(frame_length, band);
  for (std::size_t begin = 0; begin < count; begin += kLanes) {
    timbre.run(piece, {begin, std::min(begin + kLanes, count)}, out);
  }
  return out;
}

std::vector<std::pair<std::size_t, std::size_t>> active_runs(std::span<const double> scores,
                                                             double threshold, double low,
                                                             std::size_t patience) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  std::size_t begin = 0;
  std::size_t silent = 0;
  bool is_active = false;
  for (std::size_t place = 0; place < scores.size(); ++place) {
    if (scores[place] >= threshold) {
      begin = is_active ? begin : place;
      is_active = true;
      silent = 0;
    } else if (is_active && scores[place] < low && ++silent > patience) {
      runs.emplace_back(begin, place + 1 - silent);
      is_active = false;
    }
  }
  if (is_active) {
    runs.emplace_back(begin, scores.size() - silent);
  }
  return runs;
}

template FrameTimbre frame_timbre(std::span<const float>, std::size_t, BinBand);
template FrameTimbre frame_timbre(std::span<const double>, std::size_t, BinBand);

}  // namespace onnxformers::audio
