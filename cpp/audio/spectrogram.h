#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audio/filter_bank.h"
#include "audio/framing.h"
#include "audio/real_fft.h"

namespace onnxformers::audio {

enum class LogScale : std::uint8_t { None, Natural, Log10, Decibel };

/// The options of `spectrogram` in spec/transformers.js/utils_audio.md.
struct SpectrogramOptions {
  std::size_t frame_length = 0;
  std::size_t hop_length = 0;
  std::size_t fft_length = 0;
  double power = 1.0;  ///< of the magnitude; has no say in complex spectrograms
  bool center = true;
  PadMode pad_mode = PadMode::Reflect;
  std::optional<double> preemphasis;
  bool remove_dc_offset = false;
  Dither dither;
  double mel_floor = 1e-10;
  LogScale log = LogScale::None;
  double reference = 1.0;
  double min_value = 1e-10;
  std::optional<double> db_range;
  /// (max(x, largest x - 8) + 4) / 4, as Whisper has its features.
  bool whisper_range = false;
  std::optional<std::size_t> max_num_frames;
  std::optional<std::size_t> min_num_frames;
  bool do_pad = true;
  bool transpose = false;
};

/// A short-time Fourier transform with all that follows it, fused: no more than kLanes frames of
/// the spectrum exist at a time. Immutable: threads share one.
class Spectrogram {
 public:
  /// @param window of options.frame_length; @param bank may be empty
  Spectrogram(const SpectrogramOptions& options, std::span<const double> window, FilterBank bank);

  [[nodiscard]] const SpectrogramOptions& options() const { return options_; }
  [[nodiscard]] const Framing& framing() const { return framing_; }
  /// Bins, or filters.
  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] std::size_t bins() const { return fft_.bins(); }
  /// Frames in the output for a sound of so many samples, padding included.
  [[nodiscard]] std::size_t columns(std::size_t samples) const;

  /// @param sounds all of the same number of columns
  /// @param out shape (sounds, rows, columns), or with `transpose` (sounds, columns, rows). Frames
  ///   that are padded up to max_num_frames are 0.
  template <typename Sample>
  void run(std::span<const std::span<const Sample>> sounds, unsigned threads, float* out) const;
  /// The spectrum itself, of one sound; out of shape (bins, columns) or with `transpose` (columns,
  /// bins).
  template <typename Sample>
  void run(std::span<const std::span<const Sample>> sounds, unsigned threads,
           std::complex<float>* out) const;
  /// All frames of a piece of a sound, one after the other, whatever the options say of their
  /// number and order; no range of the whole is known, so none is applied.
  template <typename Sample, typename Value>
  void run_piece(const Piece<Sample>& piece, Value* out) const;

 private:
  struct Workspace;
  /// One sound and its place in the output, of whose columns `frames` are computed.
  template <typename Sample, typename Value>
  struct Job {
    Piece<Sample> piece;
    Value* out;
    std::size_t frames;
    std::size_t columns;
    bool is_transposed;
  };

  [[nodiscard]] std::size_t computed(std::size_t samples) const;
  template <typename Sample, typename Value>
  [[nodiscard]] std::vector<Job<Sample, Value>> jobs_of(
      std::span<const std::span<const Sample>> sounds, Value* out) const;
  template <typename Sample>
  void load(const Piece<Sample>& piece, FrameRange range, Workspace& work) const;
  /// Powers of kLanes frames to what stands in the output, in place of `work.rows`.
  void finish(Workspace& work) const;
  template <typename Sample>
  void run_groups(const Job<Sample, float>& job, FrameRange groups) const;
  template <typename Sample>
  void run_groups(const Job<Sample, std::complex<float>>& job, FrameRange groups) const;
  template <typename Sample, typename Value>
  void run_jobs(std::span<const Job<Sample, Value>> jobs, unsigned threads) const;
  void finish_range(std::span<float> values) const;

  SpectrogramOptions options_;
  Framing framing_;
  FrameTreatment treatment_;
  RealFft fft_;
  FilterBank bank_;
};

}  // namespace onnxformers::audio
