#include <complex>
#include <memory>
#include <random>
#include <vector>

#include "audio/spectrogram_stream.h"
#include "check.h"

using onnxformers::ErrorKind;
using namespace onnxformers::audio;

namespace {

std::vector<float> noise(std::size_t samples, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> sound(samples);
  for (float& sample : sound) {
    sample = normal(random);
  }
  return sound;
}

SpectrogramOptions options_of(std::size_t frame_length, std::size_t hop_length) {
  SpectrogramOptions options;
  options.frame_length = frame_length;
  options.hop_length = hop_length;
  options.fft_length = frame_length + 3;
  options.power = 2.0;
  options.transpose = true;
  return options;
}

std::shared_ptr<const Spectrogram> transform_of(const SpectrogramOptions& options) {
  return std::make_shared<Spectrogram>(options, std::vector<double>(options.frame_length, 0.75),
                                       FilterBank());
}

template <typename Value>
std::vector<Value> whole(const Spectrogram& transform, const std::vector<float>& sound) {
  std::vector<Value> out(transform.bins() * transform.columns(sound.size()));
  const std::span<const float> one[] = {sound};
  transform.run(std::span<const std::span<const float>>(one), 1, out.data());
  return out;
}

/// Feeds pieces of random lengths, empty ones among them.
template <typename Value>
std::vector<Value> streamed(const std::shared_ptr<const Spectrogram>& transform,
                            const std::vector<float>& sound, std::mt19937& random) {
  SpectrogramStream stream(transform);
  std::vector<Value> out;
  const auto more = [&](std::size_t samples) {
    const std::size_t before = out.size();
    out.resize(before + stream.frames_after(samples) * transform->bins());
    return out.data() + before;
  };
  std::span<const float> rest = sound;
  const std::size_t longest = 1 + random() % (sound.size() + 1);
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(random() % (longest + 1), rest.size());
    stream.feed(rest.first(length), more(length));
    rest = rest.subspan(length);
  }
  stream.end();
  stream.take(more(0));
  CHECK(stream.is_ended());
  CHECK_EQUAL(stream.frames_after(0), std::size_t{0});
  return out;
}

}  // namespace

TEST(a_stream_gives_the_frames_of_the_whole_wherever_it_is_cut) {
  std::mt19937 random(11);
  const PadMode modes[] = {PadMode::Constant, PadMode::Edge, PadMode::Reflect};
  for (unsigned trial = 0; trial < 600; ++trial) {
    const std::size_t frame_length = 1 + random() % 40;
    SpectrogramOptions options = options_of(frame_length, 1 + random() % 60);
    options.center = trial % 3 != 0;
    options.pad_mode = modes[random() % 3];
    options.remove_dc_offset = random() % 2 == 0;
    options.dither = {random() % 2 == 0 ? 0.1 : 0.0, trial};
    if (random() % 2 == 0) {
      options.preemphasis = 0.97;
    }
    // Also sounds that are shorter than the padding.
    const std::vector<float> sound = noise(1 + random() % (trial % 2 == 0 ? 30 : 700), trial);
    const auto transform = transform_of(options);
    CHECK(streamed<float>(transform, sound, random) == whole<float>(*transform, sound));
    CHECK(streamed<std::complex<float>>(transform, sound, random) ==
          whole<std::complex<float>>(*transform, sound));
  }
}

TEST(pieces_longer_than_a_block_are_the_same) {
  std::mt19937 random(12);
  const std::vector<float> sound = noise(200000, 1);
  const auto transform = transform_of(options_of(40, 13));
  CHECK(streamed<float>(transform, sound, random) == whole<float>(*transform, sound));
}

TEST(streams_refuse_what_needs_the_whole_sound) {
  SpectrogramOptions options = options_of(40, 10);
  options.whisper_range = true;
  CHECK_ERROR(ErrorKind::InvalidArgument, "need the whole sound",
              SpectrogramStream(transform_of(options)).is_ended());
  SpectrogramStream stream(transform_of(options_of(40, 10)));
  stream.end();
  CHECK_EQUAL(stream.frames_after(0), std::size_t{0});
  const std::vector<float> sound = noise(10, 2);
  std::vector<float> out(100);
  CHECK_ERROR(ErrorKind::InvalidArgument, "after finish",
              stream.feed(std::span<const float>(sound), out.data()));
}
