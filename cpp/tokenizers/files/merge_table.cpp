#include "tokenizers/files/merge_table.h"

#include <algorithm>
#include <tuple>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

struct Candidate {
  std::uint32_t left;
  std::uint32_t right;
  std::size_t seam;
};

}  // namespace

void MergeTable::add(std::string_view piece, std::uint32_t id) {
  ids_[piece] = id;
  longest_ = std::max(longest_, piece.size());
}

void MergeTable::append_merges_of(std::string_view piece, bool at_characters,
                                  std::vector<Merge>& merges) const {
  std::vector<Candidate> found;
  for (std::size_t seam = 1; seam < piece.size(); ++seam) {
    if (at_characters && utf8::is_continuation(piece[seam])) {
      continue;
    }
    const auto left = ids_.find(piece.substr(0, seam));
    if (left == ids_.end()) {
      continue;
    }
    const auto right = ids_.find(piece.substr(seam));
    if (right != ids_.end()) {
      found.push_back({.left = left->second, .right = right->second, .seam = seam});
    }
  }
  std::ranges::stable_sort(found, {}, [](const Candidate& candidate) {
    return std::tuple(candidate.left, candidate.right);
  });
  for (const Candidate& candidate : found) {
    merges.push_back(
        {.left = piece.substr(0, candidate.seam), .right = piece.substr(candidate.seam)});
  }
}

}  // namespace onnxformers::tokenizers
