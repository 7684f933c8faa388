#include "audio/spectrogram.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <type_traits>
#include <utility>

#include "audio/logarithm.h"
#include "audio/spectrogram_rows.h"
#include "base/errors.h"
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
  if (!(options.dither.amount >= 0.0)) {
    fail(ErrorKind::InvalidArgument, kPlace, "dither must be at least 0");
  }
  if (!(options.reference > 0.0) || !(options.min_value > 0.0) ||
      !(options.db_range.value_or(1.0) > 0.0)) {
    fail(ErrorKind::InvalidArgument, kPlace, "reference, min_value and db_range must be above 0");
  }
}

/// Columns of the output are gathered before they are written: its rows are far from each other.
constexpr std::size_t kTileGroups = 8;
constexpr std::size_t kTile = kTileGroups * kLanes;

void copy_tile(const std::vector<float>& tile, std::size_t columns, float* out,
               std::size_t row_step) {
  for (std::size_t row = 0; row * kTile < tile.size(); ++row) {
    std::memcpy(out + (row * row_step), tile.data() + (row * kTile), columns * sizeof(float));
  }
}

std::size_t groups_of(std::size_t frames) { return (frames + kLanes - 1) / kLanes; }

/// Fills the columns beyond the computed ones with 0.
template <typename Value>
void clear_padding(Value* out, std::size_t rows, FrameRange padding, bool is_transposed) {
  if (is_transposed) {
    std::fill(out + (padding.begin * rows), out + (padding.end * rows), Value{});
    return;
  }
  for (std::size_t row = 0; row < rows && padding.begin < padding.end; ++row) {
    std::fill(out + (row * padding.end) + padding.begin, out + ((row + 1) * padding.end), Value{});
  }
}

}  // namespace

struct Spectrogram::Workspace {
  /// @param tiled_rows of the output, when frames stand side by side in it
  Workspace(const RealFft& fft, std::size_t frame_length, std::size_t filters,
            std::size_t tiled_rows)
      : frames(frame_length),
        memory(4 * fft.room()),
        power(2 * fft.bins()),
        rows(filters * kLanes),
        tile(tiled_rows * kTile),
        data{.re = memory.data(), .im = memory.data() + (fft.room() * kLanes)},
        scratch{.re = data.im + (fft.room() * kLanes), .im = data.im + (2 * fft.room() * kLanes)} {}

  LaneRows frames;
  LaneRows memory;
  LaneRows power;  ///< twice the bins: real and imaginary parts of complex spectra
  std::vector<double> rows;
  std::vector<float> tile;  ///< shape (tiled_rows, kTile)
  Planes data;
  Planes scratch;
};

Spectrogram::Spectrogram(const SpectrogramOptions& options, std::span<const double> window,
                         FilterBank bank)
    : options_((check(options, window.size()), options)),
      framing_{.frame_length = options.frame_length,
               .hop_length = options.hop_length,
               .is_centered = options.center,
               .pad_mode = options.pad_mode},
      treatment_{
          .window = {window.begin(), window.end()},
          .ones = std::vector<double>(window.size(), 1.0),
          .preemphasis = options.preemphasis.value_or(0.0),
          .has_preemphasis = options.preemphasis.has_value(),
          .removes_dc_offset = options.remove_dc_offset,
          .dither = options.dither,
      },
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
void Spectrogram::load(const Piece<Sample>& piece, FrameRange range, Workspace& work) const {
  const bool is_split = fft_.is_halved();
  const std::size_t points = is_split ? fft_.length() / 2 : fft_.length();
  // Beyond the frame, and with an odd length in the imaginary parts, are zeros.
  const std::size_t even = is_split ? options_.frame_length / 2 : options_.frame_length;
  const std::size_t odd = is_split ? even : 0;
  std::fill(work.data.re + (even * kLanes), work.data.re + (points * kLanes), 0.0);
  std::fill(work.data.im + (odd * kLanes), work.data.im + (points * kLanes), 0.0);
  load_frames(piece, range, treatment_, work.frames.data(), {work.data.re, work.data.im, is_split});
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
void Spectrogram::run_groups(const Job<Sample, float>& job, FrameRange groups) const {
  Workspace work(fft_, options_.frame_length, rows(), job.is_transposed ? 0 : rows());
  for (std::size_t group = groups.begin; group < groups.end; ++group) {
    const FrameRange range{group * kLanes, std::min((group + 1) * kLanes, job.frames)};
    if (options_.dither.amount == 0.0 && is_silent(job.piece, range)) {
      std::fill_n(work.power.data(), bins() * kLanes, 0.0);
    } else {
      load(job.piece, range, work);
      fft_.power(work.data, work.scratch, work.power.data());
    }
    finish(work);
    const std::size_t lanes = range.end - range.begin;
    if (job.is_transposed) {
      write_rows(work.rows.data(), rows(), {job.out + (range.begin * rows()), 1, rows(), lanes});
      continue;
    }
    const std::size_t place = (group - groups.begin) % kTileGroups;
    write_rows(work.rows.data(), rows(),
               {.out = work.tile.data() + (place * kLanes),
                .row_step = kTile,
                .lane_step = 1,
                .lanes = lanes});
    if (place + 1 == kTileGroups || group + 1 == groups.end) {
      const std::size_t begin = range.begin - (place * kLanes);
      copy_tile(work.tile, range.end - begin, job.out + begin, job.columns);
    }
  }
}

template <typename Sample>
void Spectrogram::run_groups(const Job<Sample, std::complex<float>>& job, FrameRange groups) const {
  Workspace work(fft_, options_.frame_length, 0, 0);
  const Planes spectrum{.re = work.power.data(), .im = work.power.data() + (bins() * kLanes)};
  const std::size_t row_step = job.is_transposed ? 1 : job.columns;
  const std::size_t frame_step = job.is_transposed ? bins() : 1;
  for (std::size_t begin = groups.begin * kLanes; begin < groups.end * kLanes; begin += kLanes) {
    const std::size_t end = std::min(begin + kLanes, job.frames);
    load(job.piece, {begin, end}, work);
    fft_.spectrum(work.data, work.scratch, spectrum);
    for (std::size_t bin = 0; bin < bins(); ++bin) {
      for (std::size_t frame = begin; frame < end; ++frame) {
        const std::size_t at = (bin * kLanes) + frame - begin;
        job.out[(bin * row_step) + (frame * frame_step)] = {
            static_cast<float>(spectrum.re[at]),
            static_cast<float>(spectrum.im[at]),
        };
      }
    }
  }
}

template <typename Sample, typename Value>
auto Spectrogram::jobs_of(std::span<const std::span<const Sample>> sounds, Value* out) const
    -> std::vector<Job<Sample, Value>> {
  constexpr bool kIsComplex = std::is_same_v<Value, std::complex<float>>;
  const std::size_t wide = sounds.empty() ? 0 : columns(sounds.front().size());
  const std::size_t size = wide * (kIsComplex ? bins() : rows());
  std::vector<Job<Sample, Value>> jobs;
  for (const std::span<const Sample> sound : sounds) {
    if (columns(sound.size()) != wide) {
      fail(ErrorKind::InvalidArgument, kPlace, "the sounds of a batch differ in their frames");
    }
    const Piece<Sample> piece{sound, framing_};
    jobs.push_back({piece, out, computed(sound.size()), wide, options_.transpose});
    out += size;
  }
  return jobs;
}

template <typename Sample, typename Value>
void Spectrogram::run_jobs(std::span<const Job<Sample, Value>> jobs, unsigned threads) const {
  std::vector<std::size_t> ends;  // of each job's groups, in all groups
  for (const Job<Sample, Value>& job : jobs) {
    ends.push_back((ends.empty() ? 0 : ends.back()) + groups_of(job.frames));
  }
  parallel_for(ends.empty() ? 0 : ends.back(), threads, [&](std::size_t first, std::size_t last) {
    auto job = static_cast<std::size_t>(std::ranges::upper_bound(ends, first) - ends.begin());
    for (std::size_t begin = first; begin < last; begin = ends[job++]) {
      const std::size_t before = job == 0 ? 0 : ends[job - 1];
      run_groups(jobs[job], {begin - before, std::min(last, ends[job]) - before});
    }
  });
}

template <typename Sample>
void Spectrogram::run(std::span<const std::span<const Sample>> sounds, unsigned threads,
                      float* out) const {
  const std::vector<Job<Sample, float>> jobs = jobs_of(sounds, out);
  run_jobs(std::span(jobs), threads);
  parallel_for(jobs.size(), threads, [&](std::size_t first, std::size_t last) {
    for (const Job<Sample, float>& job : std::span(jobs).subspan(first, last - first)) {
      clear_padding(job.out, rows(), {job.frames, job.columns}, job.is_transposed);
      finish_range({job.out, rows() * job.columns});
    }
  });
}

template <typename Sample>
void Spectrogram::run(std::span<const std::span<const Sample>> sounds, unsigned threads,
                      std::complex<float>* out) const {
  const std::vector<Job<Sample, std::complex<float>>> jobs = jobs_of(sounds, out);
  run_jobs(std::span(jobs), threads);
  for (const Job<Sample, std::complex<float>>& job : jobs) {
    clear_padding(job.out, bins(), {job.frames, job.columns}, job.is_transposed);
  }
}

template <typename Sample, typename Value>
void Spectrogram::run_piece(const Piece<Sample>& piece, Value* out) const {
  const std::size_t frames = piece.framing.count(piece.samples.size());
  run_groups(Job<Sample, Value>{piece, out, frames, frames, true}, {0, groups_of(frames)});
}

// NOLINTBEGIN(bugprone-macro-parentheses): types
#define ONNXFORMERS_SPECTROGRAM_OF(Sample, Value)                                            \
  template void Spectrogram::run(std::span<const std::span<const Sample>>, unsigned, Value*) \
      const;                                                                                 \
  template void Spectrogram::run_piece(const Piece<Sample>&, Value*) const;
ONNXFORMERS_SPECTROGRAM_OF(float, float)
ONNXFORMERS_SPECTROGRAM_OF(double, float)
ONNXFORMERS_SPECTROGRAM_OF(float, std::complex<float>)
ONNXFORMERS_SPECTROGRAM_OF(double, std::complex<float>)
// NOLINTEND(bugprone-macro-parentheses)
#undef ONNXFORMERS_SPECTROGRAM_OF

}  // namespace onnxformers::audio
