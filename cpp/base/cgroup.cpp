#include "base/cgroup.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace onnxformers {

namespace {

namespace fs = std::filesystem;
using Quota = std::optional<double>;

struct Mount {
  std::string root;   ///< the group that the mount point shows
  std::string point;  ///< where
  bool is_v2;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

bool lists(const std::string& names, const std::string& name) {
  return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

/// Where the cpu controller can be read: "id parent dev ROOT POINT options [...] - TYPE source
/// SUPER_OPTIONS" (proc(5)).
std::vector<Mount> cpu_mounts(const fs::path& root) {
  std::vector<Mount> mounts;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) {
      continue;
    }
    const auto left = split(line.substr(0, dash), ' ');
    const auto right = split(line.substr(dash + 3), ' ');
    if (left.size() < 5 || right.size() < 3) {
      continue;
    }
    const bool is_v2 = right[0] == "cgroup2";
    if (is_v2 || (right[0] == "cgroup" && lists(right[2], "cpu"))) {
      mounts.push_back({.root = left[3], .point = left[4], .is_v2 = is_v2});
    }
  }
  return mounts;
}

/// The group of this process: lines "0::/path" (v2), "7:cpu,cpuacct:/path" (v1).
std::string own_group(const fs::path& root, bool is_v2) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (is_v2 ? controllers.empty() : lists(controllers, "cpu")) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

Quota ratio(double quota, double period) {
  return quota > 0 && period > 0 ? Quota(quota / period) : std::nullopt;
}

Quota read_group(const fs::path& folder, bool is_v2) {
  double quota = 0;
  double period = 0;
  if (is_v2) {
    std::ifstream file(folder / "cpu.max");  // "max 100000" fails to read as numbers: unlimited
    return file >> quota >> period ? ratio(quota, period) : std::nullopt;
  }
  std::ifstream quota_file(folder / "cpu.cfs_quota_us");  // -1: unlimited
  std::ifstream period_file(folder / "cpu.cfs_period_us");
  return quota_file >> quota && period_file >> period ? ratio(quota, period) : std::nullopt;
}

/// The group relative to what the mount shows; empty when it lies elsewhere, as inside a container
/// that mounts its own group but sees the host's path: then the mount point is the group.
fs::path inside_mount(const std::string& group, const Mount& mount) {
  const fs::path relative = fs::path(group).lexically_relative(mount.root);
  const bool outside = relative.empty() || *relative.begin() == "..";
  return outside || relative == "." ? fs::path() : relative;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root) {
  Quota least;
  for (const Mount& mount : cpu_mounts(root)) {
    const fs::path top = root / fs::path(mount.point).relative_path();
    fs::path group = inside_mount(own_group(root, mount.is_v2), mount);
    for (;;) {
      const Quota quota = read_group(top / group, mount.is_v2);
      if (quota && (!least || *quota < *least)) {
        least = quota;
      }
      if (group.empty()) {
        break;
      }
      group = group.parent_path();
    }
  }
  return least;
}

}  // namespace onnxformers
