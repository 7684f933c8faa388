#include <algorithm>
#include <cstdint>
#include <vector>

#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "audio/alignment.h"
#include "audio/mel.h"
#include "audio/voice_activity.h"
#include "audio/window.h"
#include "bindings/audio.h"
#include "bindings/gil.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

std::span<double> values_of(Doubles& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

Doubles array_of(const std::vector<double>& values) {
  return Doubles(static_cast<py::ssize_t>(values.size()), values.data());
}

Doubles window(const std::string& name, std::size_t length, bool periodic) {
  using Shape = audio::WindowShape;
  constexpr std::array<std::pair<std::string_view, Shape>, 6> kShapes{
      {
          {"boxcar", Shape::Boxcar},
          {"hamming", Shape::Hamming},
          {"hamming_window", Shape::Hamming},
          {"hann", Shape::Hann},
          {"hann_window", Shape::Hann},
          {"povey", Shape::Povey},
      },
  };
  const Shape shape = named(kShapes, name, "window_function", "window");
  Doubles out(static_cast<py::ssize_t>(length));
  audio::fill_window(shape, periodic, values_of(out));
  return out;
}

audio::MelScale mel_scale(const std::string& name, const char* place) {
  constexpr std::array<std::pair<std::string_view, audio::MelScale>, 3> kScales{
      {
          {"htk", audio::MelScale::Htk},
          {"kaldi", audio::MelScale::Kaldi},
          {"slaney", audio::MelScale::Slaney},
      },
  };
  return named(kScales, name, place, "mel_scale");
}

/// `convert` of each value, whatever the shape.
Doubles converted(const Doubles& values, audio::MelScale scale,
                  double (*convert)(double, audio::MelScale)) {
  Doubles out(std::vector<py::ssize_t>(values.shape(), values.shape() + values.ndim()));
  for (py::ssize_t i = 0; i < values.size(); ++i) {
    out.mutable_data()[i] = convert(values.data()[i], scale);
  }
  return out;
}

Doubles mel_filter_bank(std::size_t bins, std::size_t filters, double lowest, double highest,
                        std::size_t sampling_rate, const std::string& scale, bool equal_areas,
                        bool over_mels) {
  if (bins < 2 || filters == 0 || !(lowest < highest)) {
    fail(ErrorKind::InvalidArgument, "mel_filter_bank",
         "expected two bins, a filter, and a range of frequencies");
  }
  Doubles out({bins, filters});
  const std::span<double> values = values_of(out);
  std::ranges::fill(values, 0.0);
  const audio::MelBank bank{
      .bins = bins,
      .filters = filters,
      .lowest = lowest,
      .highest = highest,
      .sampling_rate = sampling_rate,
      .scale = mel_scale(scale, "mel_filter_bank"),
      .has_equal_areas = equal_areas,
      .is_over_mels = over_mels,
  };
  bank.fill(values);
  return out;
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

py::typing::Tuple<Doubles, Doubles> frame_timbre(
    const py::array_t<float, py::array::c_style>& sound, std::size_t frame_length,
    std::size_t first_bin, std::size_t last_bin) {
  audio::FrameTimbre timbre;
  {
    const std::span<const float> samples(sound.data(), static_cast<std::size_t>(sound.size()));
    const GilRelease release;
    timbre = audio::frame_timbre(samples, frame_length, {.first = first_bin, .last = last_bin});
  }
  return py::make_tuple(array_of(timbre.energy), array_of(timbre.flatness));
}

std::vector<std::pair<std::size_t, std::size_t>> active_runs(const Doubles& scores,
                                                             double threshold, double low,
                                                             std::size_t patience) {
  return audio::active_runs({scores.data(), static_cast<std::size_t>(scores.size())}, threshold,
                            low, patience);
}

void bind_filters(py::module_& m) {
  m.def("window", &window, "name"_a, "length"_a, "periodic"_a, "A window, shape (length,).");
  m.def(
      "hertz_to_mel",
      [](const Doubles& hertz, const std::string& scale) {
        return converted(hertz, mel_scale(scale, "hertz_to_mel"), &audio::hertz_to_mel);
      },
      "hertz"_a, "mel_scale"_a, "Of any shape.");
  m.def(
      "mel_to_hertz",
      [](const Doubles& mels, const std::string& scale) {
        return converted(mels, mel_scale(scale, "mel_to_hertz"), &audio::mel_to_hertz);
      },
      "mels"_a, "mel_scale"_a, "Of any shape.");
  m.def("mel_filter_bank", &mel_filter_bank, "bins"_a, "filters"_a, "lowest"_a, "highest"_a,
        "sampling_rate"_a, py::kw_only(), "mel_scale"_a, "equal_areas"_a, "over_mels"_a,
        "Triangular filters, shape (bins, filters).");
}

}  // namespace

void bind_audio_kernels(py::module_& m) {
  bind_filters(m);
  m.def("dynamic_time_warping", &dynamic_time_warping, "costs"_a,
        "The steps of both series along the cheapest way through costs of "
        "shape (first, second).");
  m.def("median_filter", &median_filter, "rows"_a, "width"_a,
        "The median of `width` values around each one, in rows of shape (rows, values).");
  m.def("frame_timbre", &frame_timbre, "sound"_a, "frame_length"_a, "first_bin"_a, "last_bin"_a,
        "Energy and spectral flatness of each frame.");
  m.def("active_runs", &active_runs, "scores"_a, "threshold"_a, "low"_a, "patience"_a,
        "First frame of each active stretch, and the one behind its last.");
}

}  // namespace onnxformers::bindings
