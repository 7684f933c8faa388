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

  /// @param out shape (rows, columns), or with `transpose` (columns, rows). Frames that are padded
  ///   up to max_num_frames are 0.
  template <typename Sample>
  void run(std::span<const Sample> sound, unsigned threads, float* out) const;
  /// The spectrum itself, out of shape (bins, columns) or with `transpose` (columns, bins).
  template <typename Sample>
  void run_complex(std::span<const Sample> sound, unsigned threads, std::complex<float>* out) const;

 private:
  struct Workspace;
  /// The output: `frames` of its columns are computed.
  struct Surface {
    float* out;
    std::size_t frames;
    std::size_t columns;
  };

  [[nodiscard]] std::size_t computed(std::size_t samples) const;
  template <typename Sample>
  void load(std::span<const Sample> sound, FrameRange range, Workspace& work) const;
  /// Powers of kLanes frames to what stands in the output, in place of `work.rows`.
  void finish(Workspace& work) const;
  template <typename Sample>
  void run_groups(std::span<const Sample> sound, FrameRange groups, const Surface& surface) const;
  void clear_padding(const Surface& surface) const;
  void finish_range(std::span<float> values) const;

  SpectrogramOptions options_;
  Framing framing_;
  FrameTreatment treatment_;
  RealFft fft_;
  FilterBank bank_;
};

}  // namespace onnxformers::audio
