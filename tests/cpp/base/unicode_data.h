#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "check.h"

/// Readers of third_party/unicode/data for the tests of the compiled tables.
namespace unicode_data {

inline constexpr char32_t kCodes = 0x110000;
using Fields = std::vector<std::string>;

inline std::vector<Fields> read_fields(const std::string& name) {
  std::ifstream file(std::string(ONNXFORMERS_UNICODE_DATA) + "/" + name + ".txt");
  CHECK(file.is_open());
  std::vector<Fields> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) {
      std::istringstream stream(line);
      Fields fields;
      for (std::string field; stream >> field;) {
        fields.push_back(field);
      }
      rows.push_back(fields);
    }
  }
  CHECK(rows.size() > 100);
  return rows;
}

inline char32_t code_of(const std::string& hex) {
  return static_cast<char32_t>(std::stoul(hex, nullptr, 16));
}

/// First and last of "first..last".
inline std::pair<char32_t, char32_t> range_of(const std::string& field) {
  return {code_of(field), code_of(field.substr(field.find("..") + 2))};
}

/// One value for each code point, empty where the file has none.
inline std::vector<std::string> read_ranges(const std::string& name) {
  std::vector<std::string> values(kCodes);
  for (const Fields& fields : read_fields(name)) {
    const auto [first, last] = range_of(fields[0]);
    for (char32_t code = first; code <= last; ++code) {
      values[code] = fields[1];
    }
  }
  return values;
}

inline std::map<char32_t, std::u32string> read_mapping(const std::string& name) {
  std::map<char32_t, std::u32string> mapping;
  for (const Fields& fields : read_fields(name)) {
    for (std::size_t i = 1; i < fields.size(); ++i) {
      mapping[code_of(fields[0])].push_back(code_of(fields[i]));
    }
  }
  return mapping;
}

}  // namespace unicode_data
