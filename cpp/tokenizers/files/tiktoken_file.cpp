#include "tokenizers/files/tiktoken_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/errors.h"
#include "base/json_writer.h"
#include "tokenizers/byte_alphabet.h"
#include "tokenizers/field.h"
#include "tokenizers/files/merge_table.h"

namespace onnxformers::tokenizers {

namespace {

struct Ranked {
  std::string bytes;
  std::uint32_t rank;
};

[[noreturn]] void fail_line(std::size_t line, const std::string& what) {
  fail(ErrorKind::FileFormat, "tiktoken file", "line " + std::to_string(line) + ": " + what);
}

constexpr std::array<std::int8_t, 256> kBase64 = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

std::string decode_base64(std::string_view text, std::size_t line) {
  const std::size_t padding =
      text.ends_with("==") ? 2 : static_cast<std::size_t>(text.ends_with('='));
  if (text.size() % 4 != 0 || text.empty()) {
    fail_line(line, "\"" + shortened(text) + "\" is not base64");
  }
  std::string bytes;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i + padding >= text.size();
    const int value = is_padding ? 0 : kBase64[static_cast<unsigned char>(text[i])];
    if (value < 0) {
      fail_line(line, "\"" + shortened(text) + "\" is not base64");
    }
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      for (const unsigned shift : {16U, 8U, 0U}) {
        bytes.push_back(static_cast<char>(bits >> shift & 0xFFU));
      }
      bits = 0;
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

Ranked read_line(std::string_view text, std::size_t line) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    fail_line(line, "expected a token in base64, a space and its rank");
  }
  std::uint32_t rank = 0;
  const char* begin = text.data() + space + 1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, rank);
  if (begin == end || error != std::errc() || stop != end || rank >= kMaxTokenId) {
    fail_line(line, "\"" + shortened(text.substr(space + 1)) + "\" is no rank");
  }
  if (space / 4 * 3 > kLongestPiece) {
    fail_line(line, "a token of more than " + std::to_string(kLongestPiece) + " bytes");
  }
  return {.bytes = decode_base64(text.substr(0, space), line), .rank = rank};
}

std::vector<Ranked> read_ranks(std::string_view file) {
  std::vector<Ranked> ranks;
  std::size_t line = 0;
  while (!file.empty()) {
    ++line;
    const std::size_t end = std::min(file.find('\n'), file.size());
    std::string_view text = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (text.ends_with('\r')) {
      text.remove_suffix(1);
    }
    if (text.empty()) {
      continue;
    }
    ranks.push_back(read_line(text, line));
    if (ranks.size() > static_cast<std::size_t>(kMaxTokenId)) {
      fail_line(line, "more than " + std::to_string(kMaxTokenId) + " tokens");
    }
  }
  if (ranks.empty()) {
    fail(ErrorKind::FileFormat, "tiktoken file", "there are no ranks");
  }
  std::ranges::stable_sort(ranks, {}, &Ranked::rank);
  return ranks;
}

void check_distinct(const std::vector<Ranked>& ranks) {
  std::unordered_set<std::string_view> tokens;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const bool rank_twice = i > 0 && ranks[i].rank == ranks[i - 1].rank;
    if (rank_twice || !tokens.insert(ranks[i].bytes).second) {
      fail(ErrorKind::FileFormat, "tiktoken file",
           rank_twice ? "two tokens have the rank " + std::to_string(ranks[i].rank)
                      : "the token of rank " + std::to_string(ranks[i].rank) + " is there twice");
    }
  }
}

void append_token(std::string& out, std::string_view bytes) {
  std::string text;
  ByteAlphabet::append(text, bytes);
  json::append_string(out, text);
}

}  // namespace

std::string tiktoken_model_json(std::string_view file) {
  const std::vector<Ranked> ranks = read_ranks(file);
  check_distinct(ranks);
  MergeTable table;
  std::string out =
      R"({"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,)"
      R"("end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,)"
      R"("vocab":{)";
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    table.add(ranks[i].bytes, ranks[i].rank);
    out.append(i == 0 ? "" : ",");
    append_token(out, ranks[i].bytes);
    out.append(":").append(std::to_string(ranks[i].rank));
  }
  out.append("},\"merges\":[");
  std::vector<MergeTable::Merge> merges;
  for (const Ranked& entry : ranks) {
    table.append_merges_of(entry.bytes, false, merges);
  }
  for (std::size_t i = 0; i < merges.size(); ++i) {
    out.append(i == 0 ? "[" : ",[");
    append_token(out, merges[i].left);
    out.push_back(',');
    append_token(out, merges[i].right);
    out.push_back(']');
  }
  return out.append("]}");
}

}  // namespace onnxformers::tokenizers
