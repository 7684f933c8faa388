// check_external_files of onnx_file.h: which paths a model may name.
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/errors.h"
#include "runtime/onnx_file.h"

namespace onnxformers::runtime {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlace = "ONNX file";

fs::path from_utf8(const std::string& text) { return {std::u8string(text.begin(), text.end())}; }

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  fail(ErrorKind::FileFormat, kPlace,
       "external data '" + name + "' is refused: " + std::string(why) +
           "; weights must lie in the folder of the model");
}

/// Rules on the text alone, the same on every platform: a model that is refused on one is refused
/// on all.
void check_name(const std::string& name) {
  if (name.find('\0') != std::string::npos) {
    refuse(name.substr(0, name.find('\0')) + "...", "the name contains NUL");
  }
  // ONNX Runtime's own mark for "the offset is an address in memory".
  if (name.find("_ORT_MEM_ADDR_") != std::string::npos) {
    refuse(name, "the name stands for an address in memory");
  }
  if (name.front() == '/' || name.front() == '\\') {
    refuse(name, "the path is absolute");
  }
  if (name.find(':') != std::string::npos) {
    refuse(name, "the name has a drive letter or stream");
  }
  std::string part;
  for (const char c : name + '/') {
    if (c != '/' && c != '\\') {
      part.push_back(c);
      continue;
    }
    if (part == "..") {
      refuse(name, "the path leads upwards");
    }
    part.clear();
  }
}

/// CON, NUL, COM1.txt and their like open devices on Windows, in any folder.
bool is_device_name(const fs::path& file) {
  std::string stem = file.filename().string().substr(0, file.filename().string().find('.'));
  std::ranges::transform(stem, stem.begin(), [](unsigned char c) { return std::toupper(c); });
  if (stem == "CON" || stem == "NUL" || stem == "PRN" || stem == "AUX") {
    return true;
  }
  return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) &&
         std::isdigit(static_cast<unsigned char>(stem[3])) != 0;
}

bool is_inside(const fs::path& file, const fs::path& folder) {
  return std::ranges::mismatch(folder, file).in1 == folder.end();
}

/// The blobs folder of the Hub cache that a folder lies in (…/snapshots/<revision>/…), or "".
fs::path hub_blobs(const fs::path& folder) {
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    if (at.filename() == "snapshots") {
      std::error_code error;
      return fs::canonical(at.parent_path() / "blobs", error);
    }
  }
  return {};
}

/// Whether every name of a file with several is in the folder or below it. A search has an end.
bool is_linked_inside_only(const fs::path& file, const fs::path& folder) {
  constexpr int kMostEntries = 20000;
  std::error_code error;
  const std::uintmax_t names = fs::hard_link_count(file, error);
  if (error || names < 2) {
    return true;
  }
  std::uintmax_t found = 0;
  int entries = 0;
  auto entry = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (++entries > kMostEntries || found == names) {
      break;
    }
    std::error_code gone;
    if (!entry->is_symlink(gone) && entry->is_regular_file(gone) &&
        fs::equivalent(entry->path(), file, gone)) {
      ++found;
    }
  }
  return found == names;
}

void check_file(const std::string& name, const fs::path& folder, const fs::path& blobs) {
  if (is_device_name(from_utf8(name))) {
    refuse(name, "it is the name of a device");
  }
  std::error_code error;
  const fs::path file = fs::canonical(folder / from_utf8(name), error);
  if (error || !fs::exists(file)) {
    fail(ErrorKind::MissingFile, kPlace,
         "the model keeps weights in '" + name + "', which is not in its folder '" +
             folder.string() + "'");
  }
  const bool is_blob = !blobs.empty() && is_inside(file, blobs);
  if (!is_inside(file, folder) && !is_blob) {
    refuse(name, "the link ends outside");
  }
  if (!fs::is_regular_file(file)) {
    refuse(name, "it is not a file");
  }
  if (!is_blob && !is_linked_inside_only(file, folder)) {
    refuse(name, "it is a hard link to a file outside");
  }
}

}  // namespace

void check_external_files(const std::string& model_path,
                          const std::vector<std::string>& external_files,
                          const std::vector<std::string>& in_memory) {
  fs::path folder;
  fs::path blobs;
  if (!model_path.empty() && !external_files.empty()) {
    folder = fs::canonical(fs::absolute(from_utf8(model_path)).parent_path());
    blobs = hub_blobs(folder);
  }
  for (const std::string& name : external_files) {
    check_name(name);
    if (std::ranges::find(in_memory, name) != in_memory.end()) {
      continue;
    }
    if (model_path.empty()) {
      fail(ErrorKind::MissingFile, kPlace,
           "a model in memory has no folder: give the bytes of '" + name + "' in external_data");
    }
    check_file(name, folder, blobs);
  }
}

}  // namespace onnxformers::runtime
