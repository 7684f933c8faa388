#include "image/resize.h"

#include "image/resampled.h"

namespace onnxformers::image {

void resize(const Pixels& old, const Axis& rows, const Axis& columns, Filter filter,
            std::uint8_t* out, const RowKernels& kernels) {
  const Resampled resampled(old, rows, columns, filter, kernels);
  for (std::size_t y = 0; y < resampled.height(); ++y) {
    resampled.row(y, out + (y * resampled.row_bytes()));
  }
}

}  // namespace onnxformers::image
