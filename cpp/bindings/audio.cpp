#include "bindings/audio.h"

#include <algorithm>
#include <array>
#include <complex>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "audio/spectrogram.h"
#include "audio/spectrogram_stream.h"
#include "base/cpu.h"
#include "base/errors.h"
#include "bindings/gil.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using audio::Spectrogram;

/// Below this many frames a second thread costs more than it brings.
constexpr std::size_t kFramesPerThread = 2048;

audio::PadMode pad_mode(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, audio::PadMode>, 3> kModes{
      {
          {"constant", audio::PadMode::Constant},
          {"edge", audio::PadMode::Edge},
          {"reflect", audio::PadMode::Reflect},
      },
  };
  return named(kModes, name, "spectrogram", "pad_mode");
}

audio::LogScale log_scale(const std::optional<std::string>& name) {
  constexpr std::array<std::pair<std::string_view, audio::LogScale>, 3> kScales{
      {
          {"log", audio::LogScale::Natural},
          {"log10", audio::LogScale::Log10},
          {"dB", audio::LogScale::Decibel},
      },
  };
  return name ? named(kScales, *name, "spectrogram", "log_mel") : audio::LogScale::None;
}

audio::FilterBank filter_bank(const std::optional<Doubles>& matrix, std::size_t bins) {
  if (!matrix) {
    return {};
  }
  if (matrix->ndim() != 2 || std::cmp_not_equal(matrix->shape(0), bins) || matrix->shape(1) == 0) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "mel_filters must have the shape (" + std::to_string(bins) +
             ", filters), as mel_filter_bank gives it");
  }
  return {{matrix->data(), static_cast<std::size_t>(matrix->size())},
          bins,
          static_cast<std::size_t>(matrix->shape(1))};
}

unsigned threads_for(std::size_t frames, unsigned wanted) {
  const std::size_t useful = (frames / kFramesPerThread) + 1;
  const unsigned most = wanted == 0 ? cpu_info().threads : wanted;
  return useful < most ? static_cast<unsigned>(useful) : most;
}

template <typename Sample>
bool holds(const py::array& sound) {
  return py::isinstance<py::array_t<Sample>>(sound);
}

template <typename Sample>
std::span<const Sample> samples_of(const py::array& sound) {
  return {static_cast<const Sample*>(sound.data()), static_cast<std::size_t>(sound.size())};
}

void check_waveform(const Spectrogram& self, const py::array& sound) {
  if (sound.ndim() != 1 || sound.size() == 0 || !(sound.flags() & py::array::c_style)) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "expected a waveform of shape (samples,) with at least one sample");
  }
  if (self.columns(static_cast<std::size_t>(sound.size())) == 0) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "the waveform has " + std::to_string(sound.size()) + " samples, a frame " +
             std::to_string(self.options().frame_length));
  }
}

/// Computes with samples of one type, without the GIL.
template <typename Sample, typename Value>
void compute(const Spectrogram& self, const std::vector<py::array>& sounds, unsigned threads,
             Value* out) {
  std::vector<std::span<const Sample>> samples;
  std::size_t frames = 0;
  for (const py::array& sound : sounds) {
    samples.push_back(samples_of<Sample>(sound));
    frames += self.columns(samples.back().size());
  }
  const GilRelease release;
  self.run(std::span<const std::span<const Sample>>(samples), threads_for(frames, threads), out);
}

/// The output of sounds of one number of frames; without the first axis for a single one.
template <typename Value>
py::array_t<Value> computed(const Spectrogram& self, const std::vector<py::array>& sounds,
                            bool is_batch, unsigned threads) {
  for (const py::array& sound : sounds) {
    check_waveform(self, sound);
  }
  if (sounds.empty()) {
    fail(ErrorKind::InvalidArgument, "spectrogram", "expected at least one waveform");
  }
  const bool is_complex = !std::is_same_v<Value, float>;
  std::vector<std::size_t> shape{
      is_complex ? self.bins() : self.rows(),
      self.columns(static_cast<std::size_t>(sounds.front().size())),
  };
  if (self.options().transpose) {
    std::swap(shape[0], shape[1]);
  }
  if (is_batch) {
    shape.insert(shape.begin(), sounds.size());
  }
  py::array_t<Value> out(shape);
  if (std::ranges::all_of(sounds, holds<float>)) {
    compute<float>(self, sounds, threads, out.mutable_data());
  } else if (std::ranges::all_of(sounds, holds<double>)) {
    compute<double>(self, sounds, threads, out.mutable_data());
  } else {
    fail(ErrorKind::InvalidType, "spectrogram",
         "waveforms must be float32, or all of them float64");
  }
  return out;
}

/// A stream, and whether a thread is in it: the GIL is free meanwhile.
struct Stream {
  audio::SpectrogramStream stream;
  bool is_complex;
  bool is_busy = false;
};

class Busy {
 public:
  explicit Busy(Stream& stream) : stream_(stream) {
    if (stream.is_busy) {
      fail(ErrorKind::InvalidArgument, "SpectrogramStream", "two threads feed one stream");
    }
    stream.is_busy = true;
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() { stream_.is_busy = false; }

 private:
  Stream& stream_;
};

/// `work` writes the frames that `samples` more complete.
template <typename Value, typename Work>
py::array_t<Value> frames_after(Stream& self, std::size_t samples, const Work& work) {
  const Busy busy(self);
  const Spectrogram& transform = self.stream.transform();
  const bool is_complex = !std::is_same_v<Value, float>;
  py::array_t<Value> out(
      {self.stream.frames_after(samples), is_complex ? transform.bins() : transform.rows()});
  Value* values = out.mutable_data();
  const GilRelease release;
  work(values);
  return out;
}

template <typename Value>
py::array feed(Stream& self, const py::array& piece) {
  if (piece.ndim() != 1 || !(piece.flags() & py::array::c_style)) {
    fail(ErrorKind::InvalidArgument, "SpectrogramStream", "expected a piece of shape (samples,)");
  }
  const auto size = static_cast<std::size_t>(piece.size());
  return frames_after<Value>(self, size, [&](Value* out) {
    holds<float>(piece) ? self.stream.feed(samples_of<float>(piece), out)
                        : self.stream.feed(samples_of<double>(piece), out);
  });
}

py::array feed_stream(Stream& self, const py::array& piece) {
  if (!holds<float>(piece) && !holds<double>(piece)) {
    fail(ErrorKind::InvalidType, "SpectrogramStream", "a piece must be float32 or float64");
  }
  return self.is_complex ? feed<std::complex<float>>(self, piece) : feed<float>(self, piece);
}

py::array finish_stream(Stream& self) {
  if (!self.is_busy) {
    self.stream.end();
  }
  const auto take = [&](auto* out) { self.stream.take(out); };
  if (self.is_complex) {
    return frames_after<std::complex<float>>(self, 0, take);
  }
  return frames_after<float>(self, 0, take);
}

}  // namespace

void bind_audio(py::module_& m) {
  using Count = std::optional<std::size_t>;
  py::class_<Spectrogram, std::shared_ptr<Spectrogram>>(
      m, "Spectrogram",
      "A short-time Fourier transform and all that follows it, for one set of "
      "options; onnxformers.audio.spectrogram says what they mean.")
      .def(py::init([](const Doubles& window, std::size_t hop_length, std::size_t fft_length,
                       const std::optional<Doubles>& mel_filters, double power, bool center,
                       const std::string& mode, std::optional<double> preemphasis,
                       bool remove_dc_offset, double dither, std::uint64_t seed, double mel_floor,
                       const std::optional<std::string>& log_mel, double reference,
                       double min_value, std::optional<double> db_range, bool whisper_range,
                       Count max_num_frames, Count min_num_frames, bool do_pad, bool transpose) {
             const audio::SpectrogramOptions options{
                 .frame_length = static_cast<std::size_t>(window.size()),
                 .hop_length = hop_length,
                 .fft_length = fft_length,
                 .power = power,
                 .center = center,
                 .pad_mode = pad_mode(mode),
                 .preemphasis = preemphasis,
                 .remove_dc_offset = remove_dc_offset,
                 .dither = {.amount = dither, .seed = seed},
                 .mel_floor = mel_floor,
                 .log = log_scale(log_mel),
                 .reference = reference,
                 .min_value = min_value,
                 .db_range = db_range,
                 .whisper_range = whisper_range,
                 .max_num_frames = max_num_frames,
                 .min_num_frames = min_num_frames,
                 .do_pad = do_pad,
                 .transpose = transpose,
             };
             return std::make_shared<Spectrogram>(
                 options,
                 std::span<const double>(window.data(), static_cast<std::size_t>(window.size())),
                 filter_bank(mel_filters, (fft_length / 2) + 1));
           }),
           "window"_a, py::kw_only(), "hop_length"_a, "fft_length"_a, "mel_filters"_a = py::none(),
           "power"_a = 1.0, "center"_a = true, "pad_mode"_a = "reflect",
           "preemphasis"_a = py::none(), "remove_dc_offset"_a = false, "dither"_a = 0.0,
           "seed"_a = 0, "mel_floor"_a = 1e-10, "log_mel"_a = py::none(), "reference"_a = 1.0,
           "min_value"_a = 1e-10, "db_range"_a = py::none(), "whisper_range"_a = false,
           "max_num_frames"_a = py::none(), "min_num_frames"_a = py::none(), "do_pad"_a = true,
           "transpose"_a = false)
      .def(
          "run",
          [](const Spectrogram& self, const py::array& waveform, unsigned threads) {
            return computed<float>(self, {waveform}, false, threads);
          },
          "waveform"_a, "threads"_a = 0,
          "Float32 of shape (rows, frames); threads=0 for as many as pay.")
      .def(
          "run_batch",
          [](const Spectrogram& self, const std::vector<py::array>& waveforms, unsigned threads) {
            return computed<float>(self, waveforms, true, threads);
          },
          "waveforms"_a, "threads"_a = 0,
          "Float32 of shape (waveforms, rows, frames), of waveforms with the same frames.")
      .def(
          "run_complex",
          [](const Spectrogram& self, const py::array& waveform, unsigned threads) {
            return computed<std::complex<float>>(self, {waveform}, false, threads);
          },
          "waveform"_a, "threads"_a = 0, "Complex64 of shape (bins, frames).")
      .def("frames", &Spectrogram::columns, "samples"_a, "Frames of a waveform so long.");
  py::class_<Stream>(m, "SpectrogramStream", "The frames of a sound that comes in pieces, as rows.")
      .def(py::init([](const std::shared_ptr<Spectrogram>& transform, bool is_complex) {
             return std::make_unique<Stream>(
                 Stream{.stream = audio::SpectrogramStream(transform), .is_complex = is_complex});
           }),
           "transform"_a, py::kw_only(), "is_complex"_a = false)
      .def("feed", &feed_stream, "piece"_a, "Frames that the piece completes.")
      .def("finish", &finish_stream, "The last frames; the stream takes no more.");
  bind_audio_kernels(m);
}

}  // namespace onnxformers::bindings
