#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/cgroup.h"
#include "base/cpu.h"
#include "check.h"

namespace fs = std::filesystem;
using onnxformers::cgroup_cpu_quota;
using onnxformers::CpuInfo;
using onnxformers::default_threads;

namespace {

/// A root folder with only the files a test writes.
class FakeRoot {
 public:
  FakeRoot() : path_(fs::temp_directory_path() / ("onnxformers_cgroup_" + std::to_string(next++))) {
    fs::remove_all(path_);
  }
  ~FakeRoot() { fs::remove_all(path_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static inline int next = 0;
  fs::path path_;
};

constexpr auto kMountV2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";
constexpr auto kMountV1 =
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n";

}  // namespace

TEST(this_machine_has_at_least_one_of_everything) {
  const CpuInfo& info = onnxformers::cpu_info();
  CHECK(info.affinity >= 1);
  CHECK(info.physical_cores >= 1);
  CHECK(info.physical_cores <= info.affinity);
  CHECK_EQUAL(info.threads, default_threads(info));
  CHECK(&info == &onnxformers::cpu_info());
}

TEST(threads_are_the_least_of_affinity_quota_and_cores) {
  const auto threads = [](unsigned affinity, unsigned cores, std::optional<double> quota) {
    CpuInfo info;
    info.affinity = affinity;
    info.physical_cores = cores;
    info.cgroup_quota = quota;
    return default_threads(info);
  };
  CHECK_EQUAL(threads(8, 4, std::nullopt), 4U);
  CHECK_EQUAL(threads(2, 4, std::nullopt), 2U);
  CHECK_EQUAL(threads(8, 4, 1.5), 2U);
  CHECK_EQUAL(threads(8, 4, 0.1), 1U);
  CHECK_EQUAL(threads(8, 4, 1e12), 4U);
}

TEST(without_control_groups_there_is_no_quota) {
  const FakeRoot root;
  CHECK(!cgroup_cpu_quota(root.path()));
}

TEST(version_2_takes_the_least_of_the_group_and_its_parents) {
  const FakeRoot root;
  root.write("proc/self/mountinfo", kMountV2);
  root.write("proc/self/cgroup", "0::/app.slice/job\n");
  root.write("sys/fs/cgroup/app.slice/job/cpu.max", "400000 100000\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 4.0);
  root.write("sys/fs/cgroup/app.slice/cpu.max", "150000 100000\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 1.5);
  root.write("sys/fs/cgroup/app.slice/cpu.max", "max 100000\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 4.0);
}

TEST(version_1_reads_the_cpu_controller_only) {
  const FakeRoot root;
  root.write("proc/self/mountinfo", kMountV1);
  root.write("proc/self/cgroup", "3:cpuset:/other\n2:cpu,cpuacct:/job\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 2.5);
}

TEST(a_container_that_sees_the_path_of_the_host_reads_its_mount_point) {
  const FakeRoot root;
  root.write("proc/self/mountinfo",
             "31 23 0:28 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  root.write("proc/self/cgroup", "0::/docker/abc\n");
  root.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 0.5);
  root.write("proc/self/cgroup", "0::/../other\n");
  CHECK_EQUAL(cgroup_cpu_quota(root.path()).value_or(0), 0.5);
}

TEST(broken_files_mean_no_quota) {
  const FakeRoot root;
  root.write("proc/self/mountinfo", std::string("x\n - \n1 2 3 - cgroup2\n") + kMountV2);
  root.write("proc/self/cgroup", "nonsense\n0:\n");
  root.write("sys/fs/cgroup/cpu.max", "100000 0\n");
  CHECK(!cgroup_cpu_quota(root.path()));
}

TEST(brief_work_takes_two_threads_at_most) {
  const unsigned threads = onnxformers::brief_threads();
  CHECK(threads == 1 || threads == 2);
  CHECK(threads <= onnxformers::cpu_info().affinity);
}
