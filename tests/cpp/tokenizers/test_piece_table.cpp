#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "check.h"
#include "tokenizers/piece_table.h"

using namespace onnxformers::tokenizers;

namespace {

using Entries = std::vector<std::pair<std::string_view, std::int32_t>>;

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
    const Entries entries(members.begin(), members.end());
    const PieceTable table(entries, {});
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

TEST(what_is_not_needed_takes_the_room_that_is_left) {
  std::vector<std::string> pieces;
  Entries entries;
  for (int i = 0; i < 4000; ++i) {
    pieces.push_back(std::to_string(i) + 'x');
  }
  for (const std::string& piece : pieces) {
    entries.emplace_back(piece, static_cast<std::int32_t>(entries.size()));
  }
  constexpr std::size_t kNeeded = 300;
  const std::span all(entries);
  const PieceTable table(all.first(kNeeded), all.subspan(kNeeded));
  std::size_t found = 0;
  std::size_t found_early = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::uint32_t id = find(table, pieces[i], true);
    CHECK(id == i || (id == PieceTable::kNone && i >= kNeeded));
    found += id == i ? 1 : 0;
    found_early += id == i && i < pieces.size() / 2 ? 1 : 0;
  }
  // Those that come first find room.
  CHECK(found < pieces.size());
  CHECK(found > pieces.size() * 4 / 10);
  CHECK(found_early > found - found_early);
  CHECK_EQUAL(find(table, "4000x", true), PieceTable::kNone);
}

TEST(an_empty_table_has_no_piece) {
  const PieceTable table;
  CHECK_EQUAL(find(table, "a", false), PieceTable::kNone);
  CHECK_EQUAL(find(table, std::string(30, 'a'), false), PieceTable::kNone);
}
