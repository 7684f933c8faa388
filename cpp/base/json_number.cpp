#include "base/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
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

namespace {

constexpr int kMostPower = 308;

double power_of_ten(int exponent) {
  static const std::array<double, kMostPower + 1> powers = [] {
    std::array<double, kMostPower + 1> all{};
    for (int i = 0; i <= kMostPower; ++i) {
      all[static_cast<std::size_t>(i)] = to_double("1e" + std::to_string(i)).value_or(0);
    }
    return all;
  }();
  return powers[static_cast<std::size_t>(exponent)];
}

/// The digits that count, as an integer, and the power of ten to be multiplied by.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
  bool is_full = false;

  void add(char c, bool is_fraction) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    const auto digit = static_cast<std::uint64_t>(c - '0');
    is_full = is_full || digits > (kMost - digit) / 10;
    if (is_full) {
      exponent += is_fraction ? 0 : 1;
    } else {
      digits = (digits * 10) + digit;
      exponent -= is_fraction ? 1 : 0;
    }
  }
};

/// The exponent of a number, bounded.
int written_exponent(std::string_view text) {
  constexpr int kMost = 100'000'000;
  const bool is_negative = text.front() == '-';
  int exponent = 0;
  for (const char c : text.substr(is_negative || text.front() == '+' ? 1 : 0)) {
    exponent = std::min(kMost, (exponent * 10) + (c - '0'));
  }
  return is_negative ? -exponent : exponent;
}

}  // namespace

std::optional<double> to_scaled_double(std::string_view text) {
  const bool is_negative = text.front() == '-';
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  Decimal decimal;
  bool is_fraction = false;
  for (const char c : text.substr(0, mark).substr(is_negative ? 1 : 0)) {
    if (c == '.') {
      is_fraction = true;
    } else {
      decimal.add(c, is_fraction);
    }
  }
  int exponent = decimal.exponent;
  if (mark < text.size()) {
    exponent += written_exponent(text.substr(mark + 1));
  }
  auto value = static_cast<double>(decimal.digits);
  for (; exponent < -kMostPower && value != 0; exponent += kMostPower) {
    value /= power_of_ten(kMostPower);
  }
  if (value != 0) {
    if (exponent > kMostPower) {
      return std::nullopt;
    }
    value = exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
  }
  if (!std::isfinite(value)) {
    return std::nullopt;
  }
  return is_negative ? -value : value;
}

double divided_by_power_of_ten(std::uint64_t digits, std::size_t places) {
  return static_cast<double>(digits) / power_of_ten(static_cast<int>(places));
}

}  // namespace onnxformers::json
