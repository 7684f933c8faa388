#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "check.h"
#include "tokenizers/table_archive.h"

using onnxformers::ErrorKind;
using onnxformers::MappedFile;
using onnxformers::Table;
using onnxformers::tokenizers::TableArchive;

namespace {

/// A class with tables, as those of the tokenizers are.
struct Thing {
  Table<std::uint32_t> numbers;
  Table<char> letters;
  std::uint64_t seed = 0;
  std::string name;
  std::optional<std::string> nickname;
  std::optional<std::uint32_t> age;

  void visit_tables(TableArchive& archive) {
    archive(numbers);
    archive(letters);
    archive(seed);
    archive(name);
    archive(nickname);
    archive(age);
  }
};

std::string written() {
  Thing thing{
      .numbers = std::vector<std::uint32_t>{1, 2, 3},
      .letters = std::vector<char>{'x', 'y'},
      .seed = 42,
      .name = "thing",
      .nickname = std::nullopt,
      .age = 7,
  };
  TableArchive archive;
  thing.visit_tables(archive);
  return archive.write();
}

std::shared_ptr<const MappedFile> on_disk(const std::string& content) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("onnxformers-test-" + std::to_string(std::hash<std::string>()(content)));
  std::ofstream(path, std::ios::binary) << content;
  auto file = MappedFile::open(path.string());
  std::filesystem::remove(path);  // the mapping stays
  return file;
}

}  // namespace

TEST(tables_come_back_and_outlive_the_archive) {
  Thing thing;
  {
    TableArchive archive(on_disk(written()));
    thing.visit_tables(archive);
  }
  CHECK_EQUAL(thing.numbers.size(), 3U);
  CHECK_EQUAL(thing.numbers[2], 3U);
  CHECK_EQUAL(std::string(thing.letters.data(), thing.letters.size()), "xy");
  CHECK_EQUAL(thing.seed, 42U);
  CHECK_EQUAL(thing.name, "thing");
  CHECK(!thing.nickname);
  CHECK_EQUAL(*thing.age, 7U);
}

TEST(any_changed_byte_is_found) {
  const std::string good = written();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    CHECK_ERROR(ErrorKind::FileFormat, "compiled tokenizer", TableArchive(on_disk(bad)));
  }
}

TEST(a_file_that_is_cut_off_is_found) {
  const std::string good = written();
  for (std::size_t size = 1; size < good.size(); ++size) {
    CHECK_ERROR(ErrorKind::FileFormat, "compiled tokenizer",
                TableArchive(on_disk(good.substr(0, size))));
  }
  CHECK_ERROR(ErrorKind::FileFormat, "empty", (void)on_disk(""));
  CHECK_ERROR(ErrorKind::MissingFile, "cannot open", (void)MappedFile::open("/no/such/file"));
}

TEST(other_tables_are_refused) {
  TableArchive archive(on_disk(written()));
  Table<std::uint64_t> wider;
  CHECK_ERROR(ErrorKind::FileFormat, "not those", archive(wider));
  Thing thing;
  thing.visit_tables(archive);
  CHECK_ERROR(ErrorKind::FileFormat, "not those", archive(thing.numbers));
}
