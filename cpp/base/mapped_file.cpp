#include "base/mapped_file.h"

#include "base/errors.h"

#ifdef _WIN32
#include <vector>
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace onnxformers {

namespace {

[[noreturn]] void fail_open(const std::string& path) {
  fail(ErrorKind::MissingFile, "MappedFile", "cannot open " + path);
}

[[noreturn]] void fail_content(const std::string& path) {
  fail(ErrorKind::FileFormat, "MappedFile", path + " is empty or no file that can be mapped");
}

}  // namespace

#ifdef _WIN32

namespace {

std::wstring wide(const std::string& path) {
  const int bytes = static_cast<int>(path.size());
  std::wstring text(path.size(), L'\0');
  text.resize(static_cast<std::size_t>(
      MultiByteToWideChar(CP_UTF8, 0, path.data(), bytes, text.data(), bytes)));
  return text;
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  const HANDLE file =
      CreateFileW(wide(path).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                  OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    fail_open(path);
  }
  LARGE_INTEGER size{};
  const bool is_file = GetFileSizeEx(file, &size) != 0 && size.QuadPart > 0;
  const HANDLE mapping =
      is_file ? CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr) : nullptr;
  CloseHandle(file);
  if (mapping == nullptr) {
    fail_content(path);
  }
  const void* data = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  CloseHandle(mapping);
  if (data == nullptr) {
    fail_content(path);
  }
  return std::shared_ptr<const MappedFile>(
      new MappedFile(static_cast<const std::byte*>(data), static_cast<std::size_t>(size.QuadPart)));
}

MappedFile::~MappedFile() { UnmapViewOfFile(data_); }

#else

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    fail_open(path);
  }
  struct stat status{};
  const bool is_file = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  const auto size = is_file ? static_cast<std::size_t>(status.st_size) : 0;
  void* data = is_file ? mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  ::close(file);
  if (data == MAP_FAILED) {
    fail_content(path);
  }
  return std::shared_ptr<const MappedFile>(
      new MappedFile(static_cast<const std::byte*>(data), size));
}

MappedFile::~MappedFile() { munmap(const_cast<std::byte*>(data_), size_); }

#endif

}  // namespace onnxformers
