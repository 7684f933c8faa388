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
    std::size_t end = 0;  // the next character that is in no piece
    for (std::size_t begin = 0; begin < codes.size();) {
      if (end < begin || begin == 0) {
        end = static_cast<std::size_t>(
            std::find(codes.begin() + static_cast<std::ptrdiff_t>(begin), codes.end(), 0) -
            codes.begin());
      }
      if (end == begin) {
        before += score_of_unknown(unknown);
        put({.begin = static_cast<std::uint32_t>(begin),
             .end = static_cast<std::uint32_t>(begin + 1),
             .node = PieceTrie::kNone});
        ++begin;
        continue;
      }
      const auto rest = codes.subspan(begin, end - begin);
      const std::size_t size = rest.size() <= kPart ? search<false>(trie, rest, unknown, before)
                                                    : search<true>(trie, rest, unknown, before);
      before = scores_[size];
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
  // Beyond this many characters a part ends at the first place that no piece crosses.
  static constexpr std::size_t kPart = 512;
  // Room for so many characters is made at a time.
  static constexpr std::size_t kBlock = 4096;

  /// Searches from a place that every segmentation goes through to the end or, if the word is long,
  /// to the next such place; returns how far that is. @param before sum of scores up to there.
  template <bool kIsLong>
  std::size_t search(const PieceTrie& trie, std::span<const PieceTrie::Code> codes,
                     const Unknown& unknown, double before);
  void trace_back(std::size_t end);
  void prepare(std::size_t from, std::size_t to);
  [[noreturn]] static void fail_unknown();
  static double score_of_unknown(const Unknown& unknown) {
    if (!unknown.is_token) {
      fail_unknown();
    }
    return unknown.score;
  }

  /// Where the last piece of the best way to a place begins, and its node.
  static constexpr unsigned kBeginShift = 32;

  // By place between characters: the best sum of scores on the way there, and its last piece.
  std::vector<double> scores_;
  std::vector<std::uint64_t> backs_;
  std::vector<Segment> segments_;  // of a part, from the right
};

inline void UnigramSearch::prepare(std::size_t from, std::size_t to) {
  if (to >= scores_.size()) {
    scores_.resize((to + 1) * 2);
    backs_.resize(scores_.size());
  }
  std::fill(scores_.begin() + static_cast<std::ptrdiff_t>(from),
            scores_.begin() + static_cast<std::ptrdiff_t>(to + 1), PieceTrie::kNoPiece);
}

template <bool kIsLong>
std::size_t UnigramSearch::search(const PieceTrie& trie, std::span<const PieceTrie::Code> codes,
                                  const Unknown& unknown, double before) {
  std::size_t ready = std::min(codes.size(), kBlock + trie.longest());
  std::size_t reach = 0;  // where the earlier pieces end at most
  prepare(0, ready);
  scores_[0] = before;
  for (std::size_t begin = 0; begin < codes.size(); ++begin) {
    if constexpr (kIsLong) {
      if (begin >= kPart && reach <= begin) {
        return begin;
      }
      if (begin + trie.longest() > ready && ready < codes.size()) {
        const std::size_t next = std::min(codes.size(), ready + kBlock);
        prepare(ready + 1, next);
        ready = next;
      }
    }
    double* const scores = scores_.data() + begin + 1;
    std::uint64_t* const backs = backs_.data() + begin + 1;
    const double here = scores_[begin];
    const std::uint64_t from = std::uint64_t{begin} << kBeginShift;
    std::size_t last = 0;
    // Without a branch, which nobody could predict.
    const auto relax = [&](std::size_t end, double piece, PieceTrie::Node node) {
      const double sum = piece + here;
      const std::uint64_t better = std::uint64_t{0} - static_cast<std::uint64_t>(sum > scores[end]);
      scores[end] = std::max(scores[end], sum);
      backs[end] ^= (backs[end] ^ (from | node)) & better;
      if constexpr (kIsLong) {
        last = end;
      }
    };
    const PieceTrie::Node first = trie.begin(codes[begin]);
    const double single = first == PieceTrie::kNone ? PieceTrie::kNoPiece : trie.score(first);
    if (single != PieceTrie::kNoPiece) {
      relax(0, single, first);
    } else {
      if (!unknown.is_token && unknown.score + here > scores[0]) {
        fail_unknown();
      }
      relax(0, unknown.score, PieceTrie::kNone);
    }
    if (first != PieceTrie::kNone) {
      trie.walk(first, codes.subspan(begin + 1), relax);
    }
    if constexpr (kIsLong) {
      reach = std::max(reach, begin + 1 + last);
    }
  }
  return codes.size();
}

inline void UnigramSearch::trace_back(std::size_t end) {
  segments_.clear();
  while (end > 0) {
    const std::uint64_t back = backs_[end];
    const auto begin = static_cast<std::uint32_t>(back >> kBeginShift);
    segments_.push_back({.begin = begin,
                         .end = static_cast<std::uint32_t>(end),
                         .node = static_cast<PieceTrie::Node>(back)});
    end = begin;
  }
}

}  // namespace onnxformers::tokenizers
