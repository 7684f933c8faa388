#include <filesystem>
#include <fstream>

#include "check.h"
#include "runtime/onnx_file.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace fs = std::filesystem;

namespace {

/// base/model/model.onnx with weights beside it, base/secret outside.
class Place {
 public:
  Place() : base_(fs::temp_directory_path() / "onnxformers_external_files") {
    fs::remove_all(base_);
    fs::create_directories(base_ / "model" / "sub");
    write(base_ / "model" / "weights");
    write(base_ / "model" / "sub" / "more");
    write(base_ / "secret");
  }
  ~Place() { fs::remove_all(base_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  static void write(const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "data";
  }
  [[nodiscard]] std::string model() const { return (base_ / "model" / "model.onnx").string(); }
  [[nodiscard]] const fs::path& base() const { return base_; }

 private:
  fs::path base_;
};

void check_names(const std::string& model, const std::vector<std::string>& names,
                 const std::vector<std::string>& in_memory = {}) {
  check_external_files(model, names, in_memory);
}

}  // namespace

TEST(files_in_the_folder_and_below_are_fine) {
  const Place place;
  check_names(place.model(), {"weights", "sub/more", "./weights", "sub/./more"});
}

TEST(names_that_lead_out_are_refused) {
  const Place place;
  const std::vector<std::string> names = {(place.base() / "secret").string(),
                                          "/etc/passwd",
                                          "//server/share/x",
                                          "\\\\server\\share\\x",
                                          "\\secret",
                                          "../secret",
                                          "sub/../../secret",
                                          "sub/../weights",
                                          "..",
                                          "..\\secret",
                                          "sub\\..\\..\\secret",
                                          "C:\\secret",
                                          "c:secret",
                                          "C:/secret",
                                          "weights:stream",
                                          std::string("weights\0.txt", 12),
                                          "*/_ORT_MEM_ADDR_/*",
                                          "file:///etc/passwd"};
  for (const std::string& name : names) {
    CHECK_ERROR(ErrorKind::FileFormat, "is refused", (check_names(place.model(), {name}), 0));
    CHECK_ERROR(ErrorKind::FileFormat, "is refused",
                (check_names(place.model(), {name}, {name}), 0));
  }
}

TEST(names_of_devices_and_folders_are_refused) {
  const Place place;
  for (const std::string name : {"CON", "nul", "com1", "LPT9.txt", "sub/aux.bin"}) {
    CHECK_ERROR(ErrorKind::FileFormat, "device", (check_names(place.model(), {name}), 0));
  }
  CHECK_ERROR(ErrorKind::FileFormat, "not a file", (check_names(place.model(), {"sub"}), 0));
}

TEST(a_missing_file_is_named_with_its_folder) {
  const Place place;
  CHECK_ERROR(ErrorKind::MissingFile, "'model.onnx_data'",
              (check_names(place.model(), {"weights", "model.onnx_data"}), 0));
}

TEST(bytes_given_by_the_caller_need_no_file) {
  const Place place;
  check_names(place.model(), {"elsewhere"}, {"elsewhere"});
  check_names("", {"elsewhere"}, {"elsewhere"});
  CHECK_ERROR(ErrorKind::MissingFile, "external_data", (check_names("", {"weights"}), 0));
}

#ifndef _WIN32

TEST(links_must_end_inside) {
  const Place place;
  const fs::path folder = place.base() / "model";
  fs::create_symlink("weights", folder / "alias");
  fs::create_symlink("../secret", folder / "stolen");
  fs::create_directory_symlink(place.base(), folder / "up");
  fs::create_symlink("nowhere", folder / "dangling");
  fs::create_symlink("circle", folder / "circle");
  fs::create_symlink("/dev/zero", folder / "zero");
  check_names(place.model(), {"alias"});
  for (const std::string name : {"stolen", "up/secret", "zero"}) {
    CHECK_ERROR(ErrorKind::FileFormat, "link ends outside",
                (check_names(place.model(), {name}), 0));
  }
  for (const std::string name : {"dangling", "circle"}) {
    CHECK_ERROR(ErrorKind::MissingFile, name, (check_names(place.model(), {name}), 0));
  }
}

TEST(a_folder_with_a_similar_name_is_outside) {
  const Place place;
  Place::write(place.base() / "model2" / "weights");
  fs::create_symlink("../model2/weights", place.base() / "model" / "alias");
  CHECK_ERROR(ErrorKind::FileFormat, "link ends outside",
              (check_names(place.model(), {"alias"}), 0));
}

TEST(the_blobs_of_the_hub_cache_are_fine) {
  const Place place;
  const fs::path repository = place.base() / "models--a--b";
  const fs::path onnx = repository / "snapshots" / "0123" / "onnx";
  Place::write(repository / "blobs" / "abcd");
  Place::write(place.base() / "models--c--d" / "blobs" / "abcd");
  fs::create_directories(onnx);
  fs::create_symlink("../../../blobs/abcd", onnx / "model.onnx");
  fs::create_symlink("../../../blobs/abcd", onnx / "model.onnx_data");
  fs::create_symlink("../../../../models--c--d/blobs/abcd", onnx / "foreign");
  check_names((onnx / "model.onnx").string(), {"model.onnx_data"});
  // The same through a link to the snapshot.
  fs::create_directory_symlink(repository / "snapshots" / "0123", place.base() / "mine");
  check_names((place.base() / "mine" / "onnx" / "model.onnx").string(), {"model.onnx_data"});
  CHECK_ERROR(ErrorKind::FileFormat, "link ends outside",
              (check_names((onnx / "model.onnx").string(), {"foreign"}), 0));
}

#endif

TEST(hard_links_to_files_outside_are_refused) {
  const Place place;
  fs::create_hard_link(place.base() / "model" / "weights", place.base() / "model" / "sub" / "twin");
  check_names(place.model(), {"weights", "sub/twin"});
  fs::create_hard_link(place.base() / "secret", place.base() / "model" / "linked");
  CHECK_ERROR(ErrorKind::FileFormat, "hard link", check_names(place.model(), {"linked"}));
  fs::create_hard_link(place.base() / "secret", place.base() / "model" / "again");
  CHECK_ERROR(ErrorKind::FileFormat, "hard link", check_names(place.model(), {"linked"}));
}

TEST(hard_links_to_blobs_of_the_hubs_cache_are_fine) {
  const Place place;
  const fs::path repository = place.base() / "models--org--name";
  const fs::path snapshot = repository / "snapshots" / "123";
  Place::write(repository / "blobs" / "aa");
  fs::create_directories(snapshot);
  fs::create_symlink(repository / "blobs" / "aa", snapshot / "weights");
  fs::create_hard_link(repository / "blobs" / "aa", repository / "blobs" / "bb");
  check_names((snapshot / "model.onnx").string(), {"weights"});
}
