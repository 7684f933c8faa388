#include "tokenizers/files/plain_files.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/errors.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "tokenizers/field.h"

namespace onnxformers::tokenizers {

namespace {

/// Lines as Python's text files have them: they end in \n, \r\n or \r.
std::vector<std::string_view> lines_of(std::string_view file, std::string_view name) {
  if (!utf8::is_valid(file)) {
    fail(ErrorKind::FileFormat, name, "it is not UTF-8");
  }
  std::vector<std::string_view> lines;
  while (!file.empty()) {
    const std::size_t end = std::min(file.find_first_of("\r\n"), file.size());
    lines.push_back(file.substr(0, end));
    const std::size_t length = file.substr(end).starts_with("\r\n") ? 2 : 1;
    file.remove_prefix(std::min(end + length, file.size()));
  }
  return lines;
}

}  // namespace

std::string vocab_txt_json(std::string_view file) {
  const std::vector<std::string_view> lines = lines_of(file, "vocab.txt");
  if (lines.empty() || lines.size() > static_cast<std::size_t>(kMaxTokenId)) {
    fail(ErrorKind::FileFormat, "vocab.txt",
         "expected from 1 to " + std::to_string(kMaxTokenId) + " tokens, got " +
             std::to_string(lines.size()));
  }
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t id = 0; id < lines.size(); ++id) {
    last[lines[id]] = id;
  }
  std::string out = "{";
  for (std::size_t id = 0; id < lines.size(); ++id) {
    if (last.at(lines[id]) != id) {
      continue;
    }
    out.append(out.size() == 1 ? "" : ",");
    json::append_string(out, lines[id]);
    out.append(":").append(std::to_string(id));
  }
  return out.append("}");
}

std::string merges_txt_json(std::string_view file) {
  const std::vector<std::string_view> lines = lines_of(file, "merges.txt");
  std::string out = "[";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.empty() || (i == 0 && line.starts_with("#version"))) {
      continue;
    }
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      fail(ErrorKind::FileFormat, "merges.txt",
           "line " + std::to_string(i + 1) + ": expected two tokens and a space between, got \"" +
               shortened(line) + "\"");
    }
    out.append(out.size() == 1 ? "[" : ",[");
    json::append_string(out, line.substr(0, space));
    out.push_back(',');
    json::append_string(out, line.substr(space + 1));
    out.push_back(']');
  }
  return out.append("]");
}

}  // namespace onnxformers::tokenizers
