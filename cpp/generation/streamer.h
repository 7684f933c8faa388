#pragma once

#include <span>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// Receives tokens while they are generated.
class Streamer {
 public:
  Streamer() = default;
  virtual ~Streamer() = default;
  Streamer(const Streamer&) = delete;
  Streamer& operator=(const Streamer&) = delete;
  Streamer(Streamer&&) = delete;
  Streamer& operator=(Streamer&&) = delete;

  /// The new token of every row.
  virtual void put(std::span<const Token> tokens) = 0;
  virtual void end() = 0;
};

}  // namespace onnxformers::generation
