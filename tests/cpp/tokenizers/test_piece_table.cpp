#include <map>
#include <random>
#include <string>

#include "check.h"
#include "tokenizers/piece_table.h"

using namespace onnxformers::tokenizers;

namespace {

std::string random_piece(std::mt19937& random) {
  std::string piece;
  for (std::size_t length = 1 + (random() % 20); length > 0; --length) {
    // Zeros in any place, as a short piece is filled up with them.
    piece.push_back(static_cast<char>(random() % 3 == 0 ? 0 : 'a' + random() % 2));
  }
  return piece;
}

/// With bytes of other pieces behind it, or nothing.
std::uint32_t find(const PieceTable& table, const std::string& piece, bool is_last) {
  if (!ShortPiece::fits(piece)) {
    return table.find_long(piece, table.hash_long(piece));
  }
  const ShortPiece loaded = is_last ? ShortPiece::load(piece)
                                    : ShortPiece::load((piece + "ababababab").data(), piece.size());
  return table.find(loaded, table.hash(loaded));
}

}  // namespace

TEST(pieces_of_every_length_are_found) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, std::int32_t> members;
    for (int i = 0; i < 500; ++i) {
      members.emplace(random_piece(random), i);
    }
    const PieceTable table(PieceTable::Entries(members.begin(), members.end()));
    for (int i = 0; i < 1000; ++i) {
      const std::string piece = random_piece(random);
      const auto member = members.find(piece);
      const std::uint32_t expected =
          member == members.end() ? PieceTable::kNone : static_cast<std::uint32_t>(member->second);
      CHECK_EQUAL(find(table, piece, false), expected);
      CHECK_EQUAL(find(table, piece, true), expected);
    }
    for (const auto& [piece, id] : members) {
      CHECK_EQUAL(find(table, piece, true), static_cast<std::uint32_t>(id));
    }
  }
}

TEST(an_empty_table_has_no_piece) {
  const PieceTable table;
  CHECK_EQUAL(find(table, "a", false), PieceTable::kNone);
  CHECK_EQUAL(find(table, std::string(30, 'a'), false), PieceTable::kNone);
}
