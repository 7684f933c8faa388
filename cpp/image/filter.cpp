#include "image/filter.h"

#include <cmath>
#include <numbers>
#include <string>

#include "base/errors.h"

namespace onnxformers::image {

namespace {

// The formulas, and in them the order of operations and the constants of single precision, are
// Pillow's: weights are rounded to whole numbers, and pixels must come out equal.

double box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) {
    return 1.0;
  }
  if (x >= 1.0) {
    return 0.0;
  }
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54F + (0.46F * std::cos(x)));
}

double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) {
    return ((((kA + 2.0) * x) - (kA + 3.0)) * x * x) + 1;
  }
  if (x < 2.0) {
    return (((((x - 5) * x) + 8) * x) - 4) * kA;
  }
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) {
    return 1.0;
  }
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) { return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

}  // namespace

Filter filter_from_number(int number) {
  if (number < 0 || number > static_cast<int>(Filter::Hamming)) {
    fail(ErrorKind::InvalidArgument, "resize",
         "resample must be from 0 to 5, got " + std::to_string(number));
  }
  return static_cast<Filter>(number);
}

double filter_support(Filter filter) {
  switch (filter) {
    case Filter::Box:
      return 0.5;
    case Filter::Bilinear:
    case Filter::Hamming:
      return 1.0;
    case Filter::Bicubic:
      return 2.0;
    case Filter::Lanczos:
      return 3.0;
    case Filter::Nearest:
      break;
  }
  fail(ErrorKind::Internal, "resize", "nearest has no weights");
}

double filter_weight(Filter filter, double distance) {
  switch (filter) {
    case Filter::Box:
      return box(distance);
    case Filter::Bilinear:
      return bilinear(distance);
    case Filter::Hamming:
      return hamming(distance);
    case Filter::Bicubic:
      return bicubic(distance);
    case Filter::Lanczos:
      return lanczos(distance);
    case Filter::Nearest:
      break;
  }
  fail(ErrorKind::Internal, "resize", "nearest has no weights");
}

}  // namespace onnxformers::image
