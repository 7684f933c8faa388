#pragma once

// A part of its caller whatever its size: for the inner loops of tokenizers.
#ifdef __GNUC__
#define ONNXFORMERS_INLINE [[gnu::always_inline]]
#else
#define ONNXFORMERS_INLINE
#endif
