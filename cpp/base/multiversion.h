#pragma once

// ONNXFORMERS_MULTIVERSION before a function compiles it for several x86-64 levels; the loader
// picks one for the CPU at hand. The results are the same to the bit: the build forbids contraction
// to fused multiply-add. Sanitizers do not survive the loader's early call of the chooser, and only
// Linux has the mechanism; elsewhere the function is compiled once.
#if defined(__x86_64__) && defined(__linux__) && !defined(ONNXFORMERS_SANITIZED)
#define ONNXFORMERS_MULTIVERSION \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ONNXFORMERS_MULTIVERSION
#endif
