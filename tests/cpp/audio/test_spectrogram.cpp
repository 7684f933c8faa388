#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "audio/spectrogram.h"
#include "check.h"

using onnxformers::ErrorKind;
using namespace onnxformers::audio;

namespace {

std::vector<float> noise(std::size_t samples) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> sound(samples);
  for (float& sample : sound) {
    sample = normal(random);
  }
  return sound;
}

std::vector<double> window_of(std::size_t length) {
  std::vector<double> window(length);
  for (std::size_t i = 0; i < length; ++i) {
    window[i] = 0.54 - 0.46 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) /
                                       static_cast<double>(length));
  }
  return window;
}

std::vector<float> run(const Spectrogram& transform, const std::vector<float>& sound,
                       unsigned threads = 1) {
  std::vector<float> out(transform.rows() * transform.columns(sound.size()), -1.0F);
  const std::span<const float> one[] = {sound};
  transform.run(std::span<const std::span<const float>>(one), threads, out.data());
  return out;
}

SpectrogramOptions options_of(std::size_t frame_length, std::size_t hop_length,
                              std::size_t fft_length) {
  SpectrogramOptions options;
  options.frame_length = frame_length;
  options.hop_length = hop_length;
  options.fft_length = fft_length;
  options.power = 2.0;
  return options;
}

/// |X[bin]|^2 of one frame that lies within the sound, by the definition.
double power_at(const std::vector<float>& sound, const SpectrogramOptions& options,
                std::size_t frame, std::size_t bin) {
  const std::vector<double> window = window_of(options.frame_length);
  std::vector<double> values;
  double mean = 0.0;
  for (std::size_t i = 0; i < options.frame_length; ++i) {
    values.push_back(static_cast<double>(sound[frame * options.hop_length + i]));
    mean += values.back() / static_cast<double>(options.frame_length);
  }
  double before = 0.0;
  std::complex<double> sum;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double centred = values[i] - (options.remove_dc_offset ? mean : 0.0);
    const double emphasis = options.preemphasis.value_or(0.0);
    const double value = i == 0 ? centred * (1.0 - emphasis) : centred - emphasis * before;
    before = centred;
    const double angle = -2.0 * std::numbers::pi *
                         static_cast<double>(bin * i % options.fft_length) /
                         static_cast<double>(options.fft_length);
    sum += value * window[i] * std::polar(1.0, angle);
  }
  return std::norm(sum);
}

}  // namespace

TEST(powers_of_every_frame_agree_with_the_definition) {
  const std::vector<float> sound = noise(1000);
  for (const std::size_t fft_length : {64U, 67U, 100U}) {
    SpectrogramOptions options = options_of(50, 13, fft_length);
    options.center = false;
    options.remove_dc_offset = true;
    options.preemphasis = 0.9;
    const Spectrogram transform(options, window_of(50), {});
    const std::vector<float> got = run(transform, sound);
    const std::size_t columns = transform.columns(sound.size());
    CHECK_EQUAL(columns, std::size_t{74});
    for (std::size_t frame = 0; frame < columns; ++frame) {
      for (std::size_t bin = 0; bin < transform.bins(); ++bin) {
        const double wanted = power_at(sound, options, frame, bin);
        const auto value = static_cast<double>(got[bin * columns + frame]);
        CHECK(std::abs(value - wanted) < 1e-5 * (1.0 + wanted));
      }
    }
  }
}

TEST(a_turned_output_holds_the_same_values) {
  const std::vector<float> sound = noise(2000);
  for (const std::size_t fft_length : {20U, 34U}) {
    SpectrogramOptions options = options_of(20, 7, fft_length);
    const std::vector<float> rows = run(Spectrogram(options, window_of(20), {}), sound);
    options.transpose = true;
    const Spectrogram turned(options, window_of(20), {});
    const std::vector<float> columns = run(turned, sound, 3);
    const std::size_t frames = turned.columns(sound.size());
    for (std::size_t bin = 0; bin < turned.rows(); ++bin) {
      for (std::size_t frame = 0; frame < frames; ++frame) {
        CHECK_EQUAL(rows[bin * frames + frame], columns[frame * turned.rows() + bin]);
      }
    }
  }
}

TEST(a_complex_spectrum_has_the_same_powers) {
  const std::vector<float> sound = noise(700);
  const Spectrogram transform(options_of(40, 10, 40), window_of(40), {});
  const std::vector<float> powers = run(transform, sound);
  std::vector<std::complex<float>> spectrum(powers.size());
  const std::span<const float> one[] = {sound};
  transform.run(std::span<const std::span<const float>>(one), 2, spectrum.data());
  for (std::size_t i = 0; i < powers.size(); ++i) {
    CHECK(std::abs(std::norm(spectrum[i]) - powers[i]) < 1e-5F * (1.0F + powers[i]));
  }
}

TEST(whispers_range_is_of_the_largest_value) {
  const std::vector<float> sound = noise(3000);
  SpectrogramOptions options = options_of(40, 10, 40);
  options.log = LogScale::Log10;
  const std::vector<float> logs = run(Spectrogram(options, window_of(40), {}), sound);
  options.whisper_range = true;
  const std::vector<float> scaled = run(Spectrogram(options, window_of(40), {}), sound, 2);
  const float largest = *std::max_element(logs.begin(), logs.end());
  for (std::size_t i = 0; i < logs.size(); ++i) {
    CHECK_EQUAL(scaled[i], (std::max(logs[i], largest - 8.0F) + 4.0F) / 4.0F);
  }
}

TEST(frames_beyond_the_sound_are_zeros) {
  const std::vector<float> sound = noise(100);
  SpectrogramOptions options = options_of(40, 10, 40);
  options.max_num_frames = 30;
  const Spectrogram transform(options, window_of(40), {});
  const std::vector<float> got = run(transform, sound);
  CHECK_EQUAL(transform.columns(sound.size()), std::size_t{30});
  for (std::size_t bin = 0; bin < transform.rows(); ++bin) {
    CHECK(got[bin * 30 + 10] > 0.0F);
    CHECK_EQUAL(got[bin * 30 + 11], 0.0F);
    CHECK_EQUAL(got[bin * 30 + 29], 0.0F);
  }
}

TEST(a_batch_is_its_sounds_one_after_the_other) {
  SpectrogramOptions options = options_of(40, 10, 40);
  options.max_num_frames = 60;
  options.log = LogScale::Decibel;
  options.db_range = 20.0;
  for (const bool is_transposed : {false, true}) {
    options.transpose = is_transposed;
    const Spectrogram transform(options, window_of(40), {});
    const std::vector<float> sound = noise(900);
    std::vector<std::span<const float>> sounds;
    std::vector<float> wanted;
    for (const std::size_t length : {100U, 900U, 7U, 555U}) {
      sounds.push_back(std::span(sound).first(length));
      const std::vector<float> one = run(transform, {sound.begin(), sound.begin() + length});
      wanted.insert(wanted.end(), one.begin(), one.end());
    }
    for (const unsigned threads : {1U, 3U}) {
      std::vector<float> got(wanted.size(), -1.0F);
      transform.run(std::span<const std::span<const float>>(sounds), threads, got.data());
      CHECK(got == wanted);
    }
  }
}

TEST(sounds_of_a_batch_must_have_the_same_frames) {
  const Spectrogram transform(options_of(40, 10, 40), window_of(40), {});
  const std::vector<float> sound = noise(900);
  const std::span<const float> sounds[] = {sound, std::span(sound).first(800)};
  std::vector<float> out(100000);
  CHECK_ERROR(ErrorKind::InvalidArgument, "differ in their frames",
              transform.run(std::span<const std::span<const float>>(sounds), 1, out.data()));
}

TEST(noise_is_of_the_seed_and_the_frame_alone) {
  SpectrogramOptions options = options_of(40, 40, 40);
  options.center = false;
  options.dither = {0.5, 3};
  const std::vector<float> silence(4000);
  const std::vector<float> first = run(Spectrogram(options, window_of(40), {}), silence);
  CHECK(first == run(Spectrogram(options, window_of(40), {}), silence, 4));
  options.dither.seed = 4;
  CHECK(first != run(Spectrogram(options, window_of(40), {}), silence));
  // White noise has as much power at each frequency as the window and the deviation give it.
  double energy = 0.0;
  for (const double value : window_of(40)) {
    energy += value * value;
  }
  double power = 0.0;
  for (std::size_t frame = 0; frame < 100; ++frame) {
    for (std::size_t bin = 1; bin < 20; ++bin) {
      power += static_cast<double>(first[bin * 100 + frame]) / 1900.0;
    }
  }
  CHECK(std::abs(power / (0.25 * energy) - 1.0) < 0.1);
  options.dither.amount = -1.0;
  CHECK_ERROR(ErrorKind::InvalidArgument, "dither", Spectrogram(options, window_of(40), {}).rows());
}

TEST(options_that_do_not_fit_are_refused) {
  const auto made = [](const SpectrogramOptions& options, std::size_t window) {
    return Spectrogram(options, window_of(window), {}).rows();
  };
  SpectrogramOptions decibels = options_of(40, 10, 40);
  decibels.power = 3.0;
  decibels.log = LogScale::Decibel;
  CHECK_ERROR(ErrorKind::InvalidArgument, "above 0", made(options_of(40, 0, 40), 40));
  CHECK_ERROR(ErrorKind::InvalidArgument, "larger than fft_length",
              made(options_of(40, 1, 39), 40));
  CHECK_ERROR(ErrorKind::InvalidArgument, "frame_length samples", made(options_of(40, 1, 40), 39));
  CHECK_ERROR(ErrorKind::InvalidArgument, "power of 1.0 or 2.0", made(decibels, 40));
}
