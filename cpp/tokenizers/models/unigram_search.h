#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizers/models/piece_trie.h"

namespace onnxformers::tokenizers {

/// The segmentation of a word with the highest sum of scores, by Viterbi's algorithm from the left;
/// of equal sums the one whose last piece is longest. Scores are added in the order of the
/// reference, so that sums are equal to the last bit.
///
/// Time: characters x longest piece. Memory: for the part of the word since the last place that no
/// piece crosses. Buffers are kept from word to word.
///
/// Source: Kudo 2018, arXiv:1804.10959; encode_optimized of Hugging Face tokenizers.
class UnigramSearch {
 public:
  /// Characters [begin, end) of the word; node kNone for a character that is no piece.
  struct Segment {
    std::uint32_t begin;
    std::uint32_t end;
    PieceTrie::Node node;
  };

  /// A character that is no piece: its score, and whether there is a token for it. Without one it
  /// is an error where it would be the best so far.
  struct Unknown {
    double score;
    bool is_token;
  };

  /// Calls put(segment) from left to right.
  template <typename Put>
  void run(const PieceTrie& trie, std::span<const PieceTrie::Code> codes, const Unknown& unknown,
           Put put) {
    double before = 0;
    for (std::size_t begin = 0; begin < codes.size();) {
      const std::size_t size = search_part(trie, codes.subspan(begin), unknown, before);
      before = cells_[size].score;
      trace_back(size);
      for (std::size_t i = segments_.size(); i-- > 0;) {
        Segment segment = segments_[i];
        segment.begin += static_cast<std::uint32_t>(begin);
        segment.end += static_cast<std::uint32_t>(begin);
        put(segment);
      }
      begin += size;
    }
  }

  /// Gives back what a very long word took.
  void shrink();

 private:
  /// A place between characters: the best way to get there.
  struct Cell {
    double score;
    std::uint32_t begin;
    PieceTrie::Node node;
  };
  // Beyond this many characters a part ends at the first place that no piece crosses.
  static constexpr std::size_t kPart = 512;

  /// Searches from a place that every segmentation goes through to the next such place or the end;
  /// returns how far that is. @param before sum of scores up to there.
  std::size_t search_part(const PieceTrie& trie, std::span<const PieceTrie::Code> codes,
                          const Unknown& unknown, double before);
  void trace_back(std::size_t end);
  [[noreturn]] static void fail_unknown();

  std::vector<Cell> cells_;
  std::vector<Segment> segments_;  // of a part, from the right
};

inline std::size_t UnigramSearch::search_part(const PieceTrie& trie,
                                              std::span<const PieceTrie::Code> codes,
                                              const Unknown& unknown, double before) {
  std::size_t ready = 0;  // cells up to here are initialised
  std::size_t reach = 0;  // the earlier pieces end here at most
  for (std::size_t begin = 0; begin < codes.size(); ++begin) {
    if (begin >= kPart && reach <= begin) {
      return begin;
    }
    const std::size_t farthest = std::min(begin + trie.longest(), codes.size());
    if (farthest >= cells_.size()) {
      cells_.resize((farthest + 1) * 2);
    }
    Cell* const cells = cells_.data();
    if (begin == 0) {
      cells[0].score = before;
    }
    while (ready < farthest) {
      cells[++ready].score = PieceTrie::kNoPiece;
    }
    const double here = cells[begin].score;
    Cell* cell = cells + begin;
    const auto relax = [&](double score, PieceTrie::Node node) {
      ++cell;
      const double sum = score + here;
      if (sum > cell->score) {
        *cell = {.score = sum, .begin = static_cast<std::uint32_t>(begin), .node = node};
      }
    };
    const PieceTrie::Node first = trie.begin(codes[begin]);
    if (first != PieceTrie::kNone) {
      relax(trie.score(first), first);
      trie.walk(first, codes.subspan(begin + 1), relax);
    }
    reach = std::max<std::size_t>(reach, cell - cells);
    if (first == PieceTrie::kNone || trie.score(first) == PieceTrie::kNoPiece) {
      cell = cells + begin;
      if (!unknown.is_token && unknown.score + here > cells[begin + 1].score) {
        fail_unknown();
      }
      relax(unknown.score, PieceTrie::kNone);
    }
  }
  return codes.size();
}

inline void UnigramSearch::trace_back(std::size_t end) {
  segments_.clear();
  while (end > 0) {
    const Cell& cell = cells_[end];
    segments_.push_back(
        {.begin = cell.begin, .end = static_cast<std::uint32_t>(end), .node = cell.node});
    end = cell.begin;
  }
}

}  // namespace onnxformers::tokenizers
