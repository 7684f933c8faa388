#include "generation/search/draws.h"

#include "generation/random.h"

namespace onnxformers::generation {

Draws::Draws(const Options& options, std::size_t copies)
    : seed_(static_cast<std::uint64_t>(options.integer("seed").value_or(0))),
      copies_(copies),
      numbers_(options.tokens("row_numbers")) {}

double Draws::operator()(std::size_t row, std::size_t step, std::size_t draw) const {
  if (const std::size_t prompt = row / copies_; prompt < numbers_.size()) {
    row = (static_cast<std::size_t>(numbers_[prompt]) * copies_) + (row % copies_);
  }
  return random_number(seed_, row, static_cast<std::uint32_t>(step),
                       static_cast<std::uint32_t>(draw));
}

}  // namespace onnxformers::generation
