#pragma once

#include "bindings/module.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/gil.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

/// Views of the strings of a sequence; `owner` keeps them alive.
struct Texts {
  py::object owner;  // a tuple
  std::vector<std::string_view> views;
  std::size_t bytes = 0;
};

/// The UTF-8 that a str keeps. Throws InvalidType for another object and InvalidArgument for a lone
/// surrogate, with `what[index]` as the place.
[[nodiscard]] std::string_view read_text(PyObject* item, const char* what, std::size_t index);

/// All texts of a sequence; throws as read_text.
[[nodiscard]] Texts read_texts(const py::object& sequence, const char* what);

/// Texts that are split into words; `views` holds the words of all of them.
struct SplitTexts {
  Texts words;
  std::vector<std::size_t> ends;  // of each text in `words.views`
};

/// All words of a sequence of sequences; throws as read_text.
[[nodiscard]] SplitTexts read_split_texts(const py::object& sequence, const char* what);

/// Token ids of a sequence of int or a one-dimensional array. Throws InvalidType for anything else
/// and InvalidArgument for a negative number.
[[nodiscard]] std::vector<std::uint32_t> read_ids(const py::object& ids);

/// Names as the Python face writes them; throw InvalidArgument for others.
[[nodiscard]] tokenizers::TruncationStrategy strategy_from_name(const std::string& name);
[[nodiscard]] tokenizers::Side side_from_name(const std::string& name, const char* what);

/// What encoding one text alone may be told.
struct RowArguments {
  std::int64_t max_length = 0;  ///< 0 cuts nothing
  bool cuts_left = false;
  bool split_special_tokens = false;
};
[[nodiscard]] tokenizers::EncodeOptions row_options(const RowArguments& arguments);

/// A number from `low` to 2^31; throws InvalidArgument for others.
[[nodiscard]] std::size_t size_argument(std::int64_t value, std::int64_t low, const char* what);

/// Does some work on `cost` bytes or tokens, without the GIL where it takes long enough for that.
template <typename Work>
void run_unlocked(std::size_t cost, const Work& work) {
  // Below this, encoding takes less than releasing the GIL is worth.
  constexpr std::size_t kSmall = 4096;
  if (cost < kSmall) {
    work();
  } else {
    const GilRelease release;
    work();
  }
}

}  // namespace onnxformers::bindings
