#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "audio/fft.h"
#include "audio/real_fft.h"
#include "check.h"

using onnxformers::ErrorKind;
using namespace onnxformers::audio;

namespace {

using Complex = std::complex<double>;

/// By the definition, slowly.
std::vector<Complex> dft(const std::vector<Complex>& in) {
  std::vector<Complex> out(in.size());
  const double step = -2.0 * std::numbers::pi / static_cast<double>(in.size());
  for (std::size_t k = 0; k < in.size(); ++k) {
    for (std::size_t j = 0; j < in.size(); ++j) {
      out[k] += in[j] * std::polar(1.0, step * static_cast<double>(j * k % in.size()));
    }
  }
  return out;
}

/// kLanes frames of random values, and room to transform them in.
struct Frames {
  Frames(std::size_t length, std::size_t room, bool is_real)
      : memory(4 * room),
        data{memory.data(), memory.data() + room * kLanes},
        scratch{data.im + room * kLanes, data.im + 2 * room * kLanes} {
    std::mt19937 random(static_cast<unsigned>(length));
    std::normal_distribution<double> normal;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      values.emplace_back();
      for (std::size_t i = 0; i < length; ++i) {
        const double re = normal(random);
        values.back().emplace_back(re, is_real ? 0.0 : normal(random));
      }
    }
  }

  LaneRows memory;
  Planes data;
  Planes scratch;
  std::vector<std::vector<Complex>> values;
};

double fft_error(std::size_t length) {
  const Fft fft(length);
  Frames frames(length, fft.room(), false);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t i = 0; i < length; ++i) {
      frames.data.re[i * kLanes + lane] = frames.values[lane][i].real();
      frames.data.im[i * kLanes + lane] = frames.values[lane][i].imag();
    }
  }
  const Planes result = fft.forward(frames.data, frames.scratch);
  double worst = 0.0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::vector<Complex> wanted = dft(frames.values[lane]);
    for (std::size_t k = 0; k < length; ++k) {
      const Complex got{result.re[k * kLanes + lane], result.im[k * kLanes + lane]};
      worst = std::max(worst, std::abs(got - wanted[k]));
    }
  }
  return worst / std::sqrt(static_cast<double>(length));
}

void put_real(const RealFft& fft, Frames& frames) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t i = 0; i < fft.length(); ++i) {
      const double value = frames.values[lane][i].real();
      if (fft.is_halved()) {
        (i % 2 == 0 ? frames.data.re : frames.data.im)[i / 2 * kLanes + lane] = value;
      } else {
        frames.data.re[i * kLanes + lane] = value;
        frames.data.im[i * kLanes + lane] = 0.0;
      }
    }
  }
}

struct RealErrors {
  double spectrum = 0.0;
  double power = 0.0;
};

RealErrors real_errors(std::size_t length) {
  const RealFft fft(length);
  Frames frames(length, fft.room(), true);
  const LaneRows out(2 * fft.bins());
  const Planes spectrum{out.data(), out.data() + fft.bins() * kLanes};
  put_real(fft, frames);
  fft.spectrum(frames.data, frames.scratch, spectrum);
  const LaneRows power(fft.bins());
  put_real(fft, frames);
  fft.power(frames.data, frames.scratch, power.data());
  RealErrors errors;
  const double size = std::sqrt(static_cast<double>(length));
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::vector<Complex> wanted = dft(frames.values[lane]);
    for (std::size_t k = 0; k < fft.bins(); ++k) {
      const std::size_t at = k * kLanes + lane;
      const Complex got{spectrum.re[at], spectrum.im[at]};
      errors.spectrum = std::max(errors.spectrum, std::abs(got - wanted[k]) / size);
      const double of_power = std::abs(power.data()[at] - std::norm(wanted[k]));
      errors.power = std::max(errors.power, of_power / (1e-12 + std::norm(wanted[k])));
    }
  }
  return errors;
}

}  // namespace

TEST(lengths_of_every_kind_agree_with_the_definition) {
  for (std::size_t length = 1; length <= 130; ++length) {
    CHECK(fft_error(length) < 1e-12);
  }
  for (const std::size_t length : {200U, 256U, 331U, 400U, 512U}) {
    CHECK(fft_error(length) < 1e-12);
  }
}

TEST(real_frames_give_half_of_the_spectrum) {
  for (std::size_t length = 1; length <= 140; ++length) {
    const RealErrors errors = real_errors(length);
    CHECK(errors.spectrum < 1e-12);
    // Rounded to float32 on the way.
    CHECK(errors.power < 3e-7);
  }
  CHECK(real_errors(400).spectrum < 1e-12);
}

TEST(lengths_out_of_range_are_refused) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "1 to 2^24 points", Fft(0));
  CHECK_ERROR(ErrorKind::InvalidArgument, "1 to 2^24 points", Fft((std::size_t{1} << 24) + 1));
  CHECK_ERROR(ErrorKind::InvalidArgument, "1 to 2^24 points", RealFft(0));
}
