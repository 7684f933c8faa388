#include "bindings/module.h"

#include <array>
#include <complex>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "audio/alignment.h"
#include "audio/spectrogram.h"
#include "base/cpu.h"
#include "base/errors.h"
#include "bindings/gil.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using audio::Spectrogram;
using Doubles = py::array_t<double, py::array::c_style>;

/// Below this many frames a second thread costs more than it brings.
constexpr std::size_t kFramesPerThread = 2048;

template <typename Value, std::size_t kCount>
Value named(const std::array<std::pair<std::string_view, Value>, kCount>& table,
            const std::string& name, const char* option) {
  std::string known;
  for (const auto& [candidate, value] : table) {
    if (candidate == name) {
      return value;
    }
    known.append(known.empty() ? "" : ", ").append(candidate);
  }
  fail(ErrorKind::InvalidArgument, "spectrogram",
       std::string("unknown ") + option + " '" + name + "'; known: " + known);
}

audio::PadMode pad_mode(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, audio::PadMode>, 3> kModes{
      {{"constant", audio::PadMode::Constant},
       {"edge", audio::PadMode::Edge},
       {"reflect", audio::PadMode::Reflect}}};
  return named(kModes, name, "pad_mode");
}

audio::LogScale log_scale(const std::optional<std::string>& name) {
  constexpr std::array<std::pair<std::string_view, audio::LogScale>, 3> kScales{
      {{"log", audio::LogScale::Natural},
       {"log10", audio::LogScale::Log10},
       {"dB", audio::LogScale::Decibel}}};
  return name ? named(kScales, *name, "log_mel") : audio::LogScale::None;
}

audio::FilterBank filter_bank(const std::optional<Doubles>& matrix, std::size_t bins) {
  if (!matrix) {
    return {};
  }
  if (matrix->ndim() != 2 || static_cast<std::size_t>(matrix->shape(0)) != bins ||
      matrix->shape(1) == 0) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "mel_filters must have the shape (" + std::to_string(bins) +
             ", filters), as mel_filter_bank gives it");
  }
  return {{matrix->data(), static_cast<std::size_t>(matrix->size())},
          bins,
          static_cast<std::size_t>(matrix->shape(1))};
}

unsigned threads_for(std::size_t frames, unsigned wanted) {
  const std::size_t useful = frames / kFramesPerThread + 1;
  const unsigned most = wanted == 0 ? cpu_info().threads : wanted;
  return useful < most ? static_cast<unsigned>(useful) : most;
}

template <typename Sample>
std::span<const Sample> samples_of(const py::array& sound) {
  return {static_cast<const Sample*>(sound.data()), static_cast<std::size_t>(sound.size())};
}

/// An array of `rows` by the frames of `sound`, filled by `work` without the
/// GIL.
template <typename Value, typename Work>
py::array_t<Value> computed(const Spectrogram& self, const py::array& sound, std::size_t rows,
                            const Work& work) {
  if (sound.ndim() != 1 || sound.size() == 0 || !(sound.flags() & py::array::c_style)) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "expected a waveform of shape (samples,) with at least one sample");
  }
  const std::size_t columns = self.columns(static_cast<std::size_t>(sound.size()));
  if (columns == 0) {
    fail(ErrorKind::InvalidArgument, "spectrogram",
         "the waveform has " + std::to_string(sound.size()) + " samples, a frame " +
             std::to_string(self.options().frame_length));
  }
  std::array<std::size_t, 2> shape{rows, columns};
  if (self.options().transpose) {
    std::swap(shape[0], shape[1]);
  }
  py::array_t<Value> out(shape);
  Value* values = out.mutable_data();
  const bool is_float = py::isinstance<py::array_t<float>>(sound);
  if (!is_float && !py::isinstance<py::array_t<double>>(sound)) {
    fail(ErrorKind::InvalidType, "spectrogram", "the waveform must be float32 or float64");
  }
  const GilRelease release;
  is_float ? work(samples_of<float>(sound), values) : work(samples_of<double>(sound), values);
  return out;
}

py::array_t<float> run(const Spectrogram& self, const py::array& sound, unsigned threads) {
  return computed<float>(self, sound, self.rows(), [&](auto samples, float* out) {
    self.run(samples, threads_for(self.columns(samples.size()), threads), out);
  });
}

py::array_t<std::complex<float>> run_complex(const Spectrogram& self, const py::array& sound,
                                             unsigned threads) {
  return computed<std::complex<float>>(
      self, sound, self.bins(), [&](auto samples, std::complex<float>* out) {
        self.run_complex(samples, threads_for(self.columns(samples.size()), threads), out);
      });
}

using Steps = py::array_t<std::int64_t>;

py::typing::Tuple<Steps, Steps> dynamic_time_warping(const Doubles& costs) {
  if (costs.ndim() != 2 || costs.size() == 0) {
    fail(ErrorKind::InvalidArgument, "dynamic_time_warping", "expected shape (first, second)");
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> way;
  {
    const GilRelease release;
    way = audio::dynamic_time_warping({costs.data(), static_cast<std::size_t>(costs.size())},
                                      static_cast<std::size_t>(costs.shape(0)),
                                      static_cast<std::size_t>(costs.shape(1)));
  }
  Steps first(static_cast<py::ssize_t>(way.size()));
  Steps second(static_cast<py::ssize_t>(way.size()));
  for (std::size_t i = 0; i < way.size(); ++i) {
    first.mutable_data()[i] = way[i].first;
    second.mutable_data()[i] = way[i].second;
  }
  return py::make_tuple(std::move(first), std::move(second));
}

Doubles median_filter(const Doubles& rows, std::size_t width) {
  const auto length = rows.ndim() == 2 ? static_cast<std::size_t>(rows.shape(1)) : 0;
  if (width % 2 == 0 || width >= 2 * length) {
    fail(ErrorKind::InvalidArgument, "median_filter",
         "expected shape (rows, values) and an odd width below twice as many "
         "values");
  }
  Doubles out({rows.shape(0), rows.shape(1)});
  const std::span<double> target(out.mutable_data(), static_cast<std::size_t>(out.size()));
  const GilRelease release;
  audio::median_filter({rows.data(), target.size()}, length, width, target);
  return out;
}

}  // namespace

void bind_audio(py::module_& m) {
  using Count = std::optional<std::size_t>;
  py::class_<Spectrogram>(m, "Spectrogram",
                          "A short-time Fourier transform and all that follows it, for one set of "
                          "options; onnxformers.audio.spectrogram says what they mean.")
      .def(py::init([](const Doubles& window, std::size_t hop_length, std::size_t fft_length,
                       const std::optional<Doubles>& mel_filters, double power, bool center,
                       const std::string& mode, std::optional<double> preemphasis,
                       bool remove_dc_offset, double mel_floor,
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
                 .mel_floor = mel_floor,
                 .log = log_scale(log_mel),
                 .reference = reference,
                 .min_value = min_value,
                 .db_range = db_range,
                 .whisper_range = whisper_range,
                 .max_num_frames = max_num_frames,
                 .min_num_frames = min_num_frames,
                 .do_pad = do_pad,
                 .transpose = transpose};
             return std::make_unique<Spectrogram>(
                 options,
                 std::span<const double>(window.data(), static_cast<std::size_t>(window.size())),
                 filter_bank(mel_filters, fft_length / 2 + 1));
           }),
           "window"_a, py::kw_only(), "hop_length"_a, "fft_length"_a, "mel_filters"_a = py::none(),
           "power"_a = 1.0, "center"_a = true, "pad_mode"_a = "reflect",
           "preemphasis"_a = py::none(), "remove_dc_offset"_a = false, "mel_floor"_a = 1e-10,
           "log_mel"_a = py::none(), "reference"_a = 1.0, "min_value"_a = 1e-10,
           "db_range"_a = py::none(), "whisper_range"_a = false, "max_num_frames"_a = py::none(),
           "min_num_frames"_a = py::none(), "do_pad"_a = true, "transpose"_a = false)
      .def("run", &run, "waveform"_a, "threads"_a = 0,
           "Float32 of shape (rows, frames); threads=0 for as many as pay.")
      .def("run_complex", &run_complex, "waveform"_a, "threads"_a = 0,
           "Complex64 of shape (bins, frames).")
      .def("frames", &Spectrogram::columns, "samples"_a, "Frames of a waveform so long.");
  m.def("dynamic_time_warping", &dynamic_time_warping, "costs"_a,
        "The steps of both series along the cheapest way through costs of "
        "shape (first, second).");
  m.def("median_filter", &median_filter, "rows"_a, "width"_a,
        "The median of `width` values around each one, in rows of shape (rows, values).");
}

}  // namespace onnxformers::bindings
