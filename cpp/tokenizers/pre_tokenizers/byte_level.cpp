#include "tokenizers/pre_tokenizers/byte_level.h"

#include "tokenizers/byte_alphabet.h"
#include "tokenizers/scanners/scanner.h"

namespace onnxformers::tokenizers {

namespace {

/// Puts a space before every piece that begins with none. It stands for the first character, as
/// far as offsets go.
void add_prefix_spaces(PreTokenizedText& text) {
  NormalizedText& all = text.text;
  text.next.clear();
  all.begin_rewrite();
  std::uint32_t written = 0;
  for (const Piece& piece : text.pieces) {
    const std::uint32_t begin = written;
    if (all.text()[piece.begin] != ' ') {
      all.put(U' ', all.origin_or_zero(piece.begin));
      ++written;
    }
    for (std::uint32_t i = piece.begin; i < piece.end; ++i) {
      all.put_bytes(all.text().substr(i, 1), all.origin_or_zero(i));
    }
    written += piece.end - piece.begin;
    text.next.push_back({.begin = begin, .end = written});
  }
  all.commit();
  text.pieces.swap(text.next);
}

void split_words(PreTokenizedText& text) {
  const scanners::Scanner& scanner = scanners::gpt2();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    const std::string_view part = text.text.text().substr(piece.begin, piece.end - piece.begin);
    for (std::size_t i = 0; i < part.size();) {
      const std::size_t end = scanner.next(part, i).end;
      text.next.push_back({
          .begin = piece.begin + static_cast<std::uint32_t>(i),
          .end = piece.begin + static_cast<std::uint32_t>(end),
      });
      i = end;
    }
  }
  text.pieces.swap(text.next);
}

void write_bytes_as_characters(PreTokenizedText& text) {
  NormalizedText& all = text.text;
  std::string character;
  all.begin_rewrite();
  std::uint32_t written = 0;
  for (Piece& piece : text.pieces) {
    const std::uint32_t begin = written;
    for (std::uint32_t i = piece.begin; i < piece.end; ++i) {
      character.clear();
      ByteAlphabet::append(character, all.text().substr(i, 1));
      all.put_bytes(character, all.origin_or_zero(i));
      written += static_cast<std::uint32_t>(character.size());
    }
    piece = {.begin = begin, .end = written};
  }
  all.commit();
}

}  // namespace

std::unique_ptr<PreTokenizer> ByteLevel::from_json(const Field& field) {
  Options options;
  options.add_prefix_space = field.bool_or("add_prefix_space", true);
  options.use_regex = field.bool_or("use_regex", true);
  (void)field.bool_or("trim_offsets", true);  // matters to the post-processor only
  return std::make_unique<ByteLevel>(options);
}

void ByteLevel::split(PreTokenizedText& text) const {
  if (options_.add_prefix_space) {
    add_prefix_spaces(text);
  }
  if (options_.use_regex) {
    split_words(text);
  }
  write_bytes_as_characters(text);
}

}  // namespace onnxformers::tokenizers
