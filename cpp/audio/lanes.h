#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "audio/inline.h"

namespace onnxformers::audio {

/// Frames that are transformed at once: value i of frame `lane` lies at i * kLanes + lane, so that
/// every step of a transform is a loop over contiguous values. Eight frames of 400 samples and
/// their scratch just fit into the first-level cache.
inline constexpr std::size_t kLanes = 8;

/// Complex values of kLanes frames, real and imaginary parts apart.
struct Planes {
  double* re;
  double* im;
};

#ifdef __GNUC__
// Code of these is part of functions compiled for a CPU that passes them in registers.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif
/// One value of kLanes frames. The compiler splits it into what the CPU's registers hold.
using Lane = double __attribute__((vector_size(kLanes * sizeof(double))));
#else
struct Lane {
  double values[kLanes];
};
#define ONNXFORMERS_LANE_OPERATOR(sign)                          \
  ONNXFORMERS_INLINE Lane operator sign(Lane a, const Lane& b) { \
    for (std::size_t i = 0; i < kLanes; ++i) {                   \
      a.values[i] = a.values[i] sign b.values[i];                \
    }                                                            \
    return a;                                                    \
  }                                                              \
  ONNXFORMERS_INLINE Lane operator sign(Lane a, double b) {      \
    for (std::size_t i = 0; i < kLanes; ++i) {                   \
      a.values[i] = a.values[i] sign b;                          \
    }                                                            \
    return a;                                                    \
  }
ONNXFORMERS_LANE_OPERATOR(+)
ONNXFORMERS_LANE_OPERATOR(-)
ONNXFORMERS_LANE_OPERATOR(*)
#undef ONNXFORMERS_LANE_OPERATOR
#endif

#ifdef __GNUC__
using LaneFloats = float __attribute__((vector_size(kLanes * sizeof(float))));
ONNXFORMERS_INLINE Lane widened(const LaneFloats& a) { return __builtin_convertvector(a, Lane); }
ONNXFORMERS_INLINE LaneFloats narrowed(const Lane& a) {
  return __builtin_convertvector(a, LaneFloats);
}
ONNXFORMERS_INLINE Lane larger(const Lane& a, const Lane& b) { return a < b ? b : a; }
ONNXFORMERS_INLINE Lane filled(double value) { return Lane{} + value; }
#else
struct LaneFloats {
  float values[kLanes];
};
ONNXFORMERS_INLINE Lane widened(const LaneFloats& a) {
  Lane out;
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.values[i] = static_cast<double>(a.values[i]);
  }
  return out;
}
ONNXFORMERS_INLINE LaneFloats narrowed(const Lane& a) {
  LaneFloats out;
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.values[i] = static_cast<float>(a.values[i]);
  }
  return out;
}
ONNXFORMERS_INLINE Lane larger(Lane a, const Lane& b) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    a.values[i] = a.values[i] < b.values[i] ? b.values[i] : a.values[i];
  }
  return a;
}
ONNXFORMERS_INLINE Lane filled(double value) {
  Lane out;
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.values[i] = value;
  }
  return out;
}
#endif

ONNXFORMERS_INLINE Lane load(const double* from) {
  Lane lane;
  std::memcpy(&lane, from, sizeof lane);
  return lane;
}

ONNXFORMERS_INLINE void store(double* to, const Lane& lane) { std::memcpy(to, &lane, sizeof lane); }

/// Rows of kLanes values from the beginning of a cache line on: a row is one line, and a load that
/// crosses lines takes twice as long.
class LaneRows {
 public:
  explicit LaneRows(std::size_t rows)
      : values_(static_cast<double*>(::operator new(rows * sizeof(Lane), kAlignment))) {
    std::memset(values_.get(), 0, rows * sizeof(Lane));
  }
  [[nodiscard]] double* data() const { return values_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{kLanes * sizeof(double)};
  struct Delete {
    void operator()(double* values) const { ::operator delete(values, kAlignment); }
  };
  std::unique_ptr<double, Delete> values_;
};

}  // namespace onnxformers::audio
