// Any bytes are the options of a spectrogram and, after them, a sound. The options are refused, or
// a stream of the sound in two pieces gives exactly the frames of the whole; timbre of it has
// a value for every frame.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "audio/spectrogram_stream.h"
#include "audio/voice_activity.h"
#include "audio/window.h"
#include "base/errors.h"

namespace {

using namespace onnxformers::audio;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

/// Takes values off the front of the input; zeros behind its end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::size_t below(std::size_t bound) {
    std::size_t value = 0;
    for (int i = 0; i < 2 && size_ > 0; ++i, --size_) {
      value = 256 * value + *data_++;
    }
    return value % bound;
  }

  bool flag() { return below(2) == 1; }

  std::vector<float> sound() const {
    std::vector<float> samples(std::min<std::size_t>(size_ / sizeof(float), 2000));
    std::copy_n(data_, samples.size() * sizeof(float),
                reinterpret_cast<std::uint8_t*>(samples.data()));
    return samples;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

SpectrogramOptions options_of(Bytes& bytes) {
  SpectrogramOptions options;
  options.frame_length = bytes.below(300);
  options.hop_length = bytes.below(400);
  options.fft_length = options.frame_length + bytes.below(40);
  options.power = static_cast<double>(bytes.below(4));
  options.center = bytes.flag();
  options.pad_mode = static_cast<PadMode>(bytes.below(3));
  options.remove_dc_offset = bytes.flag();
  options.dither.amount = static_cast<double>(bytes.below(2));
  options.log = static_cast<LogScale>(bytes.below(4));
  options.transpose = bytes.flag();
  if (bytes.flag()) {
    options.preemphasis = 0.97;
  }
  if (bytes.flag()) {
    options.max_num_frames = bytes.below(50);
  }
  if (bytes.flag()) {
    options.min_num_frames = bytes.below(50);
  }
  return options;
}

/// Equal, or both no number.
bool same_values(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](float x, float y) { return x == y || (x != x && y != y); });
}

std::vector<float> whole(const Spectrogram& transform, const std::vector<float>& sound) {
  std::vector<float> out(transform.rows() * transform.columns(sound.size()));
  const std::span<const float> one[] = {sound};
  transform.run(std::span<const std::span<const float>>(one), 1, out.data());
  return out;
}

std::vector<float> streamed(const std::shared_ptr<const Spectrogram>& transform,
                            std::span<const float> sound, std::size_t cut) {
  SpectrogramStream stream(transform);
  std::vector<float> out;
  const auto more = [&](std::size_t samples) {
    const std::size_t before = out.size();
    out.resize(before + stream.frames_after(samples) * transform->rows());
    return out.data() + before;
  };
  for (const std::span<const float> piece : {sound.first(cut), sound.subspan(cut)}) {
    stream.feed(piece, more(piece.size()));
  }
  stream.end();
  stream.take(more(0));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const SpectrogramOptions options = options_of(bytes);
  const std::size_t cut = bytes.below(2000);
  const std::vector<float> sound = bytes.sound();
  std::vector<double> window(options.frame_length);
  fill_window(static_cast<WindowShape>(cut % 4), cut % 3 == 0, window);
  try {
    const auto transform = std::make_shared<Spectrogram>(options, window, FilterBank());
    if (!sound.empty()) {
      const std::vector<float> all = whole(*transform, sound);
      const bool is_streamed =
          options.transpose && !options.max_num_frames && !options.min_num_frames;
      require(!is_streamed ||
              same_values(all, streamed(transform, sound, std::min(cut, sound.size()))));
    }
    const BinBand band{cut % 3, options.frame_length / 2 + 1};
    const FrameTimbre timbre =
        frame_timbre(std::span<const float>(sound), options.frame_length, band);
    require(timbre.flatness.size() == sound.size() / options.frame_length);
  } catch (const onnxformers::Error& error) {
    require(error.kind() == onnxformers::ErrorKind::InvalidArgument);
  }
  return 0;
}
