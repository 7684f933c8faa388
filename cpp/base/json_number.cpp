#include "base/json_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <version>

#ifndef __cpp_lib_to_chars
#include <clocale>
#ifdef __APPLE__
#include <xlocale.h>
#endif
#endif

namespace onnxformers::json {

#ifdef __cpp_lib_to_chars

namespace {

/// Whether a number outside the range of double is small rather than large: from_chars does not
/// say. Compares the decimal exponent of the first digit that is not zero with 0.
bool is_tiny(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, mark);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) {
    return true;
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const auto places = static_cast<double>(point) - static_cast<double>(first);
  double exponent = 0;
  if (mark != std::string_view::npos) {
    for (const char c : text.substr(mark + 1)) {
      exponent = c >= '0' && c <= '9' ? (exponent * 10) + (c - '0') : exponent;
    }
    exponent = text[mark + 1] == '-' ? -exponent : exponent;
  }
  return places + exponent < 0;
}

}  // namespace

std::optional<double> to_double(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    return is_tiny(text) ? std::optional(0.0) : std::nullopt;
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

#else  // libc++ before LLVM 20 has no from_chars for double

std::optional<double> to_double(std::string_view text) {
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  const double value = strtod_l(text.data(), nullptr, c_locale);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

#endif

}  // namespace onnxformers::json
