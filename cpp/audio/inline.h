#pragma once

// A function called from one that is compiled for several CPUs must become part of it: on its own
// it would be compiled for the oldest of them. ONNXFORMERS_INDEPENDENT before a loop: no turn
// writes what another one reads, so that it may be vectorised without comparing its pointers.
#if defined(_MSC_VER) && !defined(__clang__)
#define ONNXFORMERS_INLINE __forceinline
#define ONNXFORMERS_RESTRICT __restrict
#define ONNXFORMERS_INDEPENDENT __pragma(loop(ivdep))
#elif defined(__clang__)
#define ONNXFORMERS_INLINE inline __attribute__((always_inline))
#define ONNXFORMERS_RESTRICT __restrict__
#define ONNXFORMERS_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ONNXFORMERS_INLINE inline __attribute__((always_inline))
#define ONNXFORMERS_RESTRICT __restrict__
#define ONNXFORMERS_INDEPENDENT _Pragma("GCC ivdep")
#endif
