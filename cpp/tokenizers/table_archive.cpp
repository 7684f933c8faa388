#include "tokenizers/table_archive.h"

#include <cstring>

#include "base/errors.h"
#include "tokenizers/checksum.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::size_t kAlignment = 64;
// Another byte order reads another number.
constexpr std::uint64_t kMagic = 0x314B4F5458464E4FULL;  // "ONFXTOK1"
// Raised with every change of what is visited, and of what it means.
constexpr std::uint64_t kVersion = 10;

struct Header {
  std::uint64_t magic;
  std::uint64_t version;
  std::uint64_t checksum;  // of all that follows the header; its seed is the number of tables
  std::uint64_t bytes;     // of the whole file
  std::uint64_t tables;
};

[[noreturn]] void fail_file(const char* what) {
  fail(ErrorKind::FileFormat, "compiled tokenizer", what);
}

constexpr std::size_t aligned(std::size_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

TableArchive::TableArchive(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) {
  const std::span<const std::byte> bytes = file_->bytes();
  Header header{};
  if (bytes.size() < sizeof(header)) {
    fail_file("the file is cut off");
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kMagic || header.version != kVersion) {
    fail_file("the file is of another version");
  }
  const std::size_t most = (bytes.size() - sizeof(header)) / sizeof(Entry);
  if (header.bytes != bytes.size() || header.tables > most) {
    fail_file("the file is cut off");
  }
  if (header.checksum != checksum(bytes.subspan(sizeof(header)), header.tables)) {
    fail_file("the file is damaged");
  }
  entries_ = {reinterpret_cast<const Entry*>(bytes.data() + sizeof(header)),
              static_cast<std::size_t>(header.tables)};
  offset_ = aligned(sizeof(header) + entries_.size_bytes());
}

std::span<const std::byte> TableArchive::next(std::size_t element_bytes) {
  if (position_ == entries_.size() || entries_[position_].element_bytes != element_bytes) {
    fail_table();
  }
  const std::span<const std::byte> all = file_->bytes();
  const std::uint64_t count = entries_[position_].count;
  if (offset_ > all.size() || count > (all.size() - offset_) / element_bytes) {
    fail_table();
  }
  const std::size_t bytes = static_cast<std::size_t>(count) * element_bytes;
  const std::size_t begin = offset_;
  offset_ = aligned(offset_ + bytes);
  ++position_;
  return all.subspan(begin, bytes);
}

void TableArchive::keep(std::span<const std::byte> bytes, std::size_t element_bytes) {
  kept_.push_back({.element_bytes = element_bytes, .count = bytes.size() / element_bytes});
  contents_.resize(aligned(contents_.size()));
  contents_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void TableArchive::operator()(std::string& text) {
  if (fills()) {
    const std::span<const std::byte> bytes = next(1);
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else {
    keep(std::as_bytes(std::span(text)), 1);
  }
}

void TableArchive::fail_table() { fail_file("the tables are not those of this tokenizer"); }

std::string TableArchive::write() const {
  Header header{
      .magic = kMagic, .version = kVersion, .checksum = 0, .bytes = 0, .tables = kept_.size()};
  std::string file(aligned(sizeof(header) + (kept_.size() * sizeof(Entry))), '\0');
  std::memcpy(file.data() + sizeof(header), kept_.data(), kept_.size() * sizeof(Entry));
  file.append(contents_);
  header.bytes = file.size();
  header.checksum = checksum(std::as_bytes(std::span(file)).subspan(sizeof(header)), header.tables);
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

}  // namespace onnxformers::tokenizers
