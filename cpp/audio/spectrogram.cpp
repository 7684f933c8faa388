#include "audio/spectrogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <utility>

#include "audio/logarithm.h"
#include "base/errors.h"
#include "base/multiversion.h"
#include "base/parallel.h"

namespace onnxformers::audio {

namespace {

constexpr const char* kPlace = "spectrogram";

void check(const SpectrogramOptions& options, std::size_t window) {
  if (options.frame_length == 0 || options.hop_length == 0) {
    fail(ErrorKind::InvalidArgument, kPlace, "frame_length and hop_length must be above 0");
  }
  if (options.frame_length > options.fft_length) {
    fail(ErrorKind::InvalidArgument, kPlace, "frame_length must not be larger than fft_length");
  }
  if (window != options.frame_length) {
    fail(ErrorKind::InvalidArgument, kPlace, "the window must have frame_length samples");
  }
  if (options.log == LogScale::Decibel && options.power != 1.0 && options.power != 2.0) {
    fail(ErrorKind::InvalidArgument, kPlace, "log_mel 'dB' needs a power of 1.0 or 2.0");
  }
  if (!(options.reference > 0.0) || !(options.min_value > 0.0) ||
      !(options.db_range.value_or(1.0) > 0.0)) {
    fail(ErrorKind::InvalidArgument, kPlace, "reference, min_value and db_range must be above 0");
  }
}

/// Rows of kLanes values to the output: out[row * row_step + lane * lane_step].
struct Target {
  float* out;
  std::size_t row_step;
  std::size_t lane_step;
  std::size_t lanes;
};

float write(const std::vector<double>& rows, std::size_t count, const Target& target) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < count; ++row) {
    const double* values = rows.data() + row * kLanes;
    float* out = target.out + row * target.row_step;
    for (std::size_t lane = 0; lane < target.lanes; ++lane) {
      out[lane * target.lane_step] = static_cast<float>(values[lane]);
      largest = values[lane] > largest ? values[lane] : largest;
    }
  }
  return static_cast<float>(largest);
}

ONNXFORMERS_MULTIVERSION
void raise_to(float* values, std::size_t count, float least, float offset, float divisor) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values[i] < least ? least : values[i];
    values[i] = (value + offset) / divisor;
  }
}

std::size_t groups_of(std::size_t frames) { return (frames + kLanes - 1) / kLanes; }

}  // namespace

struct Spectrogram::Workspace {
  Workspace(const RealFft& fft, std::size_t frame_length, std::size_t filters)
      : frames(frame_length * kLanes),
        memory(4 * fft.room() * kLanes),
        power(2 * fft.bins() * kLanes),
        rows(filters * kLanes),
        data{memory.data(), memory.data() + fft.room() * kLanes},
        scratch{data.im + fft.room() * kLanes, data.im + 2 * fft.room() * kLanes} {}

  std::vector<double> frames;
  std::vector<double> memory;
  std::vector<double> power;  ///< twice the bins: real and imaginary parts of complex spectra
  std::vector<double> rows;
  Planes data;
  Planes scratch;
};

Spectrogram::Spectrogram(const SpectrogramOptions& options, std::span<const double> window,
                         FilterBank bank)
    : options_((check(options, window.size()), options)),
      framing_{options.frame_length, options.hop_length, options.center, options.pad_mode},
      treatment_{{window.begin(), window.end()},
                 options.preemphasis.value_or(0.0),
                 options.preemphasis.has_value(),
                 options.remove_dc_offset},
      fft_(options.fft_length),
      bank_(std::move(bank)) {}

std::size_t Spectrogram::rows() const { return bank_.is_empty() ? bins() : bank_.filters(); }

std::size_t Spectrogram::computed(std::size_t samples) const {
  const std::size_t frames = std::max(framing_.count(samples), options_.min_num_frames.value_or(0));
  return std::min(frames, options_.max_num_frames.value_or(frames));
}

std::size_t Spectrogram::columns(std::size_t samples) const {
  const std::size_t frames = computed(samples);
  return options_.do_pad ? std::max(frames, options_.max_num_frames.value_or(0)) : frames;
}

template <typename Sample>
void Spectrogram::load(std::span<const Sample> sound, std::size_t begin, std::size_t end,
                       Workspace& work) const {
  std::array<std::size_t, kLanes> lengths{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    // Lanes beyond the last frame repeat it; their results are not written.
    const std::size_t frame = std::min(begin + lane, end - 1);
    lengths[lane] = copy_frame(sound, framing_, frame, work.frames.data() + lane);
  }
  const std::size_t parts = fft_.is_halved() ? 2 : 1;
  const std::size_t points = fft_.length() / parts;
  const std::size_t filled = options_.frame_length / parts;
  std::fill(work.data.re + filled * kLanes, work.data.re + points * kLanes, 0.0);
  const std::size_t odd = parts == 2 ? filled : 0;
  std::fill(work.data.im + odd * kLanes, work.data.im + points * kLanes, 0.0);
  treat_frames(work.frames.data(), treatment_, lengths, {work.data.re, work.data.im, parts});
}

void Spectrogram::finish(Workspace& work) const {
  if (options_.power != 2.0) {
    for (std::size_t i = 0; i < bins() * kLanes; ++i) {
      work.power[i] = options_.power == 1.0 ? std::sqrt(work.power[i])
                                            : std::pow(work.power[i], options_.power / 2.0);
    }
  }
  if (bank_.is_empty()) {
    std::copy_n(work.power.begin(), work.rows.size(), work.rows.begin());
  } else {
    bank_.apply(work.power.data(), options_.mel_floor, work.rows.data());
  }
  if (options_.log == LogScale::None) {
    return;
  }
  double factor = options_.log == LogScale::Natural ? 1.0 : std::numbers::log10e;
  if (options_.log != LogScale::Decibel) {
    scaled_log(work.rows, factor);
    return;
  }
  factor *= options_.power == 1.0 ? 20.0 : 10.0;
  const double zero = factor * std::log(std::max(options_.min_value, options_.reference));
  for (double& value : work.rows) {
    value = value < options_.min_value ? options_.min_value : value;
  }
  scaled_log(work.rows, factor);
  for (double& value : work.rows) {
    value -= zero;
  }
}

void Spectrogram::finish_range(std::span<float> values, float largest) const {
  if (options_.whisper_range) {
    raise_to(values.data(), values.size(), largest - 8.0F, 4.0F, 4.0F);
  } else if (options_.log == LogScale::Decibel && options_.db_range) {
    const auto least = static_cast<float>(largest - *options_.db_range);
    raise_to(values.data(), values.size(), least, 0.0F, 1.0F);
  }
}

template <typename Sample>
void Spectrogram::run(std::span<const Sample> sound, unsigned threads, float* out) const {
  const std::size_t frames = computed(sound.size());
  const std::size_t wide = columns(sound.size());
  std::fill_n(out, rows() * wide, 0.0F);
  std::mutex mutex;
  float largest = -std::numeric_limits<float>::infinity();
  parallel_for(groups_of(frames), threads, [&](std::size_t first, std::size_t last) {
    Workspace work(fft_, options_.frame_length, rows());
    float local = -std::numeric_limits<float>::infinity();
    for (std::size_t group = first; group < last; ++group) {
      const std::size_t begin = group * kLanes;
      const std::size_t end = std::min(begin + kLanes, frames);
      if (is_silent(sound, framing_, begin, end)) {
        std::fill(work.power.begin(), work.power.end(), 0.0);
      } else {
        load(sound, begin, end, work);
        fft_.power(work.data, work.scratch, work.power.data());
      }
      finish(work);
      const Target target = options_.transpose
                                ? Target{out + begin * rows(), 1, rows(), end - begin}
                                : Target{out + begin, wide, 1, end - begin};
      local = std::max(local, write(work.rows, rows(), target));
    }
    const std::scoped_lock lock(mutex);
    largest = std::max(largest, local);
  });
  finish_range({out, rows() * wide}, largest);
}

template <typename Sample>
void Spectrogram::run_complex(std::span<const Sample> sound, unsigned threads,
                              std::complex<float>* out) const {
  const std::size_t frames = computed(sound.size());
  const std::size_t wide = columns(sound.size());
  std::fill_n(out, bins() * wide, std::complex<float>{});
  const std::size_t row_step = options_.transpose ? 1 : wide;
  const std::size_t frame_step = options_.transpose ? bins() : 1;
  parallel_for(groups_of(frames), threads, [&](std::size_t first, std::size_t last) {
    Workspace work(fft_, options_.frame_length, 0);
    const Planes spectrum{work.power.data(), work.power.data() + bins() * kLanes};
    for (std::size_t group = first; group < last; ++group) {
      const std::size_t begin = group * kLanes;
      const std::size_t end = std::min(begin + kLanes, frames);
      load(sound, begin, end, work);
      fft_.spectrum(work.data, work.scratch, spectrum);
      for (std::size_t bin = 0; bin < bins(); ++bin) {
        for (std::size_t frame = begin; frame < end; ++frame) {
          const std::size_t at = bin * kLanes + frame - begin;
          out[bin * row_step + frame * frame_step] = {static_cast<float>(spectrum.re[at]),
                                                      static_cast<float>(spectrum.im[at])};
        }
      }
    }
  });
}

template void Spectrogram::run(std::span<const float>, unsigned, float*) const;
template void Spectrogram::run(std::span<const double>, unsigned, float*) const;
template void Spectrogram::run_complex(std::span<const float>, unsigned,
                                       std::complex<float>*) const;
template void Spectrogram::run_complex(std::span<const double>, unsigned,
                                       std::complex<float>*) const;

}  // namespace onnxformers::audio
