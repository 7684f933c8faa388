#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "audio/spectrogram.h"

namespace onnxformers::audio {

/// The frames of a sound that comes in pieces: bit by bit those of the whole, wherever it is cut.
/// Holds no more of the sound than a frame and what the padding at its end mirrors.
class SpectrogramStream {
 public:
  /// @param transform may be shared by streams. Its options must not need the whole sound: no
  ///   db_range, no whisper_range, no numbers of frames.
  explicit SpectrogramStream(std::shared_ptr<const Spectrogram> transform);

  [[nodiscard]] const Spectrogram& transform() const { return *transform_; }
  /// Frames that so many samples more will complete.
  [[nodiscard]] std::size_t frames_after(std::size_t samples) const;
  /// Takes a piece.
  /// @param out float or complex of shape (frames_after(piece.size()), rows or bins)
  template <typename Sample, typename Value>
  void feed(std::span<const Sample> piece, Value* out);

  /// The sound ends here: what is padded is added, once.
  void end();
  [[nodiscard]] bool is_ended() const { return is_ended_; }
  /// After end(): the last frames, shape (frames_after(0), rows or bins).
  template <typename Value>
  void take(Value* out);

 private:
  [[nodiscard]] std::size_t available() const;
  void pad(std::size_t before, std::size_t after);

  std::shared_ptr<const Spectrogram> transform_;
  Framing framing_;      ///< of what is held: padding is part of it
  std::size_t padding_;  ///< on each side of the sound
  /// The sound from the first sample of the next frame on, and at least what the padding at the
  /// end mirrors, of which `skipped_` samples stand before that frame.
  std::vector<double> held_;
  std::size_t skipped_ = 0;
  std::size_t frames_ = 0;  ///< given so far
  bool is_begun_;           ///< what is mirrored before the first sample is there
  bool is_ended_ = false;
};

}  // namespace onnxformers::audio
