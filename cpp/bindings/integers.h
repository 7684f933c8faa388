#pragma once

#include "bindings/module.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace onnxformers::bindings {

/// Python's integers for token ids. Those that were asked for last are kept, for ids come again and
/// again and making an int takes longer than the search for its token. Only with the GIL held,
/// which stands for a lock.
class Integers32 {
 public:
  /// A new reference; nullptr with a Python error set when there is no memory.
  [[nodiscard]] static PyObject* make(std::uint32_t number) {
#ifdef Py_GIL_DISABLED
    return PyLong_FromUnsignedLong(number);
#else
    Kept& kept = numbers[number % kNumbers];
    if (kept.integer == nullptr || kept.number != number) {
      PyObject* const made = PyLong_FromUnsignedLong(number);
      if (made == nullptr) {
        return nullptr;
      }
      Py_XDECREF(kept.integer);
      kept = {.integer = made, .number = number};
    }
    Py_INCREF(kept.integer);
    return kept.integer;
#endif
  }

 private:
  static constexpr std::size_t kNumbers = 4096;

  struct Kept {
    PyObject* integer;
    std::uint32_t number;
  };

  static inline std::array<Kept, kNumbers> numbers{};  // nullptr where none is kept
};

}  // namespace onnxformers::bindings
