#pragma once

// A function called from one that is compiled for several CPUs must become part of it: on its own
// it would be compiled for the oldest of them.
#if defined(_MSC_VER) && !defined(__clang__)
#define ONNXFORMERS_INLINE __forceinline
#else
#define ONNXFORMERS_INLINE inline __attribute__((always_inline))
#endif
