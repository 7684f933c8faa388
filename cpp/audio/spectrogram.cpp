#include "audio/spectrogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <utility>

#include "audio/logarithm.h"
#include "audio/transpose.h"
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

/// Where rows of kLanes values go: out[row * row_step + lane * lane_step].
struct Target {
  float* out;
  std::size_t row_step;
  std::size_t lane_step;
  std::size_t lanes;
};

/// Groups of kLanes frames whose values lie side by side.
ONNXFORMERS_MULTIVERSION
void write_rows(const double* rows, std::size_t count, const Target& target) {
  for (std::size_t row = 0; row < count; ++row) {
    const LaneFloats floats = narrowed(load(rows + row * kLanes));
    std::memcpy(target.out + row * target.row_step, &floats, sizeof floats);
  }
}

/// Groups of kLanes frames one after the other: eight rows of each at a time.
ONNXFORMERS_MULTIVERSION
void write_columns(const double* rows, std::size_t count, const Target& target) {
  std::size_t row = 0;
  for (Lane block[kLanes]; row + kLanes <= count; row += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      block[i] = load(rows + (row + i) * kLanes);
    }
    transpose(block);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const LaneFloats floats = narrowed(block[lane]);
      std::memcpy(target.out + lane * target.lane_step + row, &floats, sizeof floats);
    }
  }
  for (; row < count; ++row) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      target.out[lane * target.lane_step + row] = static_cast<float>(rows[row * kLanes + lane]);
    }
  }
}

void write(const double* rows, std::size_t count, const Target& target) {
  if (target.lanes == kLanes) {
    target.lane_step == 1 ? write_rows(rows, count, target) : write_columns(rows, count, target);
    return;
  }
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t lane = 0; lane < target.lanes; ++lane) {
      target.out[row * target.row_step + lane * target.lane_step] =
          static_cast<float>(rows[row * kLanes + lane]);
    }
  }
}

ONNXFORMERS_MULTIVERSION
float largest_of(const float* values, std::size_t count) {
  std::array<float, 4 * kLanes> lanes{};
  lanes.fill(-std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + lanes.size() <= count; i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      lanes[lane] = lanes[lane] < values[i + lane] ? values[i + lane] : lanes[lane];
    }
  }
  for (; i < count; ++i) {
    lanes[0] = std::max(lanes[0], values[i]);
  }
  return *std::max_element(lanes.begin(), lanes.end());
}

ONNXFORMERS_MULTIVERSION
void raise_to(float* values, std::size_t count, float least, float offset, float divisor) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values[i] < least ? least : values[i];
    values[i] = (value + offset) / divisor;
  }
}

/// Columns of the output are gathered before they are written: its rows are far from each other.
constexpr std::size_t kTileGroups = 8;
constexpr std::size_t kTile = kTileGroups * kLanes;

void copy_tile(const std::vector<float>& tile, std::size_t columns, float* out,
               std::size_t row_step) {
  for (std::size_t row = 0; row * kTile < tile.size(); ++row) {
    std::memcpy(out + row * row_step, tile.data() + row * kTile, columns * sizeof(float));
  }
}

std::size_t groups_of(std::size_t frames) { return (frames + kLanes - 1) / kLanes; }

}  // namespace

struct Spectrogram::Workspace {
  Workspace(const RealFft& fft, std::size_t frame_length, std::size_t filters)
      : frames(frame_length),
        memory(4 * fft.room()),
        power(2 * fft.bins()),
        rows(filters * kLanes),
        tile(filters * kTile),
        data{memory.data(), memory.data() + fft.room() * kLanes},
        scratch{data.im + fft.room() * kLanes, data.im + 2 * fft.room() * kLanes} {}

  LaneRows frames;
  LaneRows memory;
  LaneRows power;  ///< twice the bins: real and imaginary parts of complex spectra
  std::vector<double> rows;
  std::vector<float> tile;  ///< shape (filters, kTile)
  Planes data;
  Planes scratch;
};

Spectrogram::Spectrogram(const SpectrogramOptions& options, std::span<const double> window,
                         FilterBank bank)
    : options_((check(options, window.size()), options)),
      framing_{options.frame_length, options.hop_length, options.center, options.pad_mode},
      treatment_{{window.begin(), window.end()},
                 std::vector<double>(window.size(), 1.0),
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
void Spectrogram::load(std::span<const Sample> sound, FrameRange range, Workspace& work) const {
  const bool is_split = fft_.is_halved();
  const std::size_t points = is_split ? fft_.length() / 2 : fft_.length();
  // Beyond the frame, and with an odd length in the imaginary parts, are zeros.
  const std::size_t even = is_split ? options_.frame_length / 2 : options_.frame_length;
  const std::size_t odd = is_split ? even : 0;
  std::fill(work.data.re + even * kLanes, work.data.re + points * kLanes, 0.0);
  std::fill(work.data.im + odd * kLanes, work.data.im + points * kLanes, 0.0);
  load_frames(sound, framing_, range, treatment_, work.frames.data(),
              {work.data.re, work.data.im, is_split});
}

void Spectrogram::finish(Workspace& work) const {
  double* power = work.power.data();
  if (options_.power != 2.0) {
    for (std::size_t i = 0; i < bins() * kLanes; ++i) {
      power[i] =
          options_.power == 1.0 ? std::sqrt(power[i]) : std::pow(power[i], options_.power / 2.0);
    }
  }
  if (bank_.is_empty()) {
    std::copy_n(power, work.rows.size(), work.rows.begin());
  } else {
    bank_.apply(power, options_.mel_floor, work.rows.data());
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

void Spectrogram::finish_range(std::span<float> values) const {
  const bool is_limited = options_.log == LogScale::Decibel && options_.db_range;
  if (!options_.whisper_range && !is_limited) {
    return;
  }
  const float largest = largest_of(values.data(), values.size());
  if (options_.whisper_range) {
    raise_to(values.data(), values.size(), largest - 8.0F, 4.0F, 4.0F);
  } else {
    const auto least = static_cast<float>(static_cast<double>(largest) - *options_.db_range);
    raise_to(values.data(), values.size(), least, 0.0F, 1.0F);
  }
}

template <typename Sample>
void Spectrogram::run_groups(std::span<const Sample> sound, FrameRange groups,
                             const Surface& surface) const {
  Workspace work(fft_, options_.frame_length, rows());
  for (std::size_t group = groups.begin; group < groups.end; ++group) {
    const FrameRange range{group * kLanes, std::min((group + 1) * kLanes, surface.frames)};
    if (is_silent(sound, framing_, range)) {
      std::fill_n(work.power.data(), bins() * kLanes, 0.0);
    } else {
      load(sound, range, work);
      fft_.power(work.data, work.scratch, work.power.data());
    }
    finish(work);
    const std::size_t lanes = range.end - range.begin;
    if (options_.transpose) {
      float* out = surface.out + range.begin * rows();
      write(work.rows.data(), rows(), {out, 1, rows(), lanes});
      continue;
    }
    const std::size_t place = (group - groups.begin) % kTileGroups;
    write(work.rows.data(), rows(), {work.tile.data() + place * kLanes, kTile, 1, lanes});
    if (place + 1 == kTileGroups || group + 1 == groups.end) {
      const std::size_t begin = range.begin - place * kLanes;
      copy_tile(work.tile, range.end - begin, surface.out + begin, surface.columns);
    }
  }
}

void Spectrogram::clear_padding(const Surface& surface) const {
  if (options_.transpose) {
    std::fill(surface.out + surface.frames * rows(), surface.out + surface.columns * rows(), 0.0F);
    return;
  }
  for (std::size_t row = 0; row < rows() && surface.frames < surface.columns; ++row) {
    float* begin = surface.out + row * surface.columns;
    std::fill(begin + surface.frames, begin + surface.columns, 0.0F);
  }
}

template <typename Sample>
void Spectrogram::run(std::span<const Sample> sound, unsigned threads, float* out) const {
  const Surface surface{out, computed(sound.size()), columns(sound.size())};
  parallel_for(groups_of(surface.frames), threads, [&](std::size_t first, std::size_t last) {
    run_groups(sound, {first, last}, surface);
  });
  clear_padding(surface);
  finish_range({out, rows() * surface.columns});
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
      load(sound, {begin, end}, work);
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
