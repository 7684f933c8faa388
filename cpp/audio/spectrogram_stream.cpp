#include "audio/spectrogram_stream.h"

#include <algorithm>
#include <complex>
#include <utility>

#include "base/errors.h"

namespace onnxformers::audio {

namespace {

constexpr const char* kPlace = "SpectrogramStream";

/// Samples of a long piece that are taken at once: what is held of them stays in the cache.
constexpr std::size_t kBlock = std::size_t{1} << 15;

bool needs_whole_sound(const SpectrogramOptions& options) {
  return options.db_range || options.whisper_range || options.max_num_frames ||
         options.min_num_frames;
}

}  // namespace

SpectrogramStream::SpectrogramStream(std::shared_ptr<const Spectrogram> transform)
    : transform_(std::move(transform)),
      framing_(transform_->framing()),
      padding_(framing_.padding()),
      is_begun_(padding_ == 0) {
  if (needs_whole_sound(transform_->options())) {
    fail(ErrorKind::InvalidArgument, kPlace, "ranges and numbers of frames need the whole sound");
  }
  framing_.is_centered = false;
}

std::size_t SpectrogramStream::available() const {
  return held_.size() - std::min(held_.size(), skipped_);
}

std::size_t SpectrogramStream::frames_after(std::size_t samples) const {
  if (!is_begun_) {
    // A reflection reaches as far into the sound as it reaches beyond it.
    const std::size_t length = held_.size() + samples;
    return length <= padding_ ? 0 : framing_.count(padding_ + length);
  }
  const std::size_t length = held_.size() + samples;
  return framing_.count(length - std::min(length, skipped_));
}

void SpectrogramStream::pad(std::size_t before, std::size_t after) {
  const Piece<double> piece{.samples = held_, .framing = framing_};
  const auto count = static_cast<std::ptrdiff_t>(held_.size());
  std::vector<double> padded;
  padded.reserve(held_.size() + before + after);
  for (auto i = -static_cast<std::ptrdiff_t>(before);
       i < count + static_cast<std::ptrdiff_t>(after); ++i) {
    padded.push_back(piece.padded(i));
  }
  held_ = std::move(padded);
  is_begun_ = true;
}

template <typename Value>
void SpectrogramStream::take(Value* out) {
  const std::size_t ready = available();
  const std::size_t frames = is_begun_ ? framing_.count(ready) : 0;
  if (frames > 0) {
    const std::span<const double> samples = std::span(held_).last(ready);
    transform_->run_piece(
        Piece<double>{.samples = samples, .framing = framing_, .first_frame = frames_}, out);
  }
  frames_ += frames;
  const std::size_t done = skipped_ + (frames * framing_.hop_length);
  const std::size_t kept = std::min(held_.size(), padding_ + 1);
  const std::size_t dropped = std::min(done, held_.size() - kept);
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(dropped));
  skipped_ = done - dropped;
}

template <typename Sample, typename Value>
void SpectrogramStream::feed(std::span<const Sample> piece, Value* out) {
  if (is_ended_) {
    fail(ErrorKind::InvalidArgument, kPlace, "feed() after finish()");
  }
  constexpr bool kIsComplex = !std::is_same_v<Value, float>;
  const std::size_t width = kIsComplex ? transform_->bins() : transform_->rows();
  for (std::size_t begin = 0; begin < piece.size(); begin += kBlock) {
    const auto block = piece.subspan(begin, std::min(kBlock, piece.size() - begin));
    held_.insert(held_.end(), block.begin(), block.end());
    if (!is_begun_ && held_.size() > padding_) {
      pad(padding_, 0);
    }
    const std::size_t before = frames_;
    if (is_begun_) {
      take(out);
    }
    out += (frames_ - before) * width;
  }
}

void SpectrogramStream::end() {
  if (!is_ended_ && padding_ > 0 && !held_.empty()) {
    pad(is_begun_ ? 0 : padding_, padding_);
  }
  is_ended_ = true;
}

template void SpectrogramStream::take(float*);
template void SpectrogramStream::take(std::complex<float>*);
template void SpectrogramStream::feed(std::span<const float>, float*);
template void SpectrogramStream::feed(std::span<const double>, float*);
template void SpectrogramStream::feed(std::span<const float>, std::complex<float>*);
template void SpectrogramStream::feed(std::span<const double>, std::complex<float>*);

}  // namespace onnxformers::audio
