#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/models/model.h"
#include "tokenizers/models/piece_trie.h"
#include "tokenizers/models/unigram_search.h"

namespace onnxformers::tokenizers {

/// Pieces with scores: a word is cut so that the sum of the scores is highest. Characters that are
/// no piece score 10 less than the worst piece; neighbours among them make one unknown token.
///
/// Time: characters of the word x characters of the longest piece.
///
/// Source: Unigram of Hugging Face tokenizers; Kudo 2018, arXiv:1804.10959.
class Unigram final : public Model {
 public:
  struct Options {
    std::optional<std::uint32_t> unk_id;
    bool byte_fallback = false;
  };

  static std::unique_ptr<Model> from_json(const Field& field);

  /// @param pieces of the tokens of the vocabulary, by id.
  /// @param scores theirs, finite.
  Unigram(Vocabulary vocabulary, PieceTrie pieces, std::span<const double> scores,
          const Options& options);

  static std::unique_ptr<Model> empty() { return std::unique_ptr<Model>(new Unigram()); }
  void visit_tables(TableArchive& archive) override;

  /// Both fail with ErrorKind::InvalidArgument where an unknown token is needed and there is none.
  void append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const override;
  void append_tokens(std::string_view word, std::vector<WordToken>& tokens) const override;

  [[nodiscard]] const PieceTrie& pieces() const noexcept { return pieces_; }

  /// A token or a run of unknown characters: characters [begin, end) of the word.
  struct Part {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t id;
    bool is_unknown;  ///< `id` says nothing: resolve() tells
  };

  /// Calls put(part) from left to right for the best segmentation of a word.
  template <typename Put>
  void segment(std::span<const PieceTrie::Code> codes, UnigramSearch& search, Put put) const {
    Part run{.begin = 0, .end = 0, .id = 0, .is_unknown = true};
    const auto end_run = [&] {
      if (run.begin != run.end) {
        put(run);
      }
    };
    search.run(pieces_, codes, unknown_, [&](const UnigramSearch::Segment& segment) {
      const bool is_piece = segment.node != PieceTrie::kNone;
      const std::uint32_t id = is_piece ? pieces_.id(segment.node) : 0;
      // The piece of the unknown token itself counts as unknown, too.
      if (!is_piece || id == options_.unk_id) {
        run.begin = run.begin == run.end ? segment.begin : run.begin;
        run.end = segment.end;
        return;
      }
      end_run();
      run.begin = run.end = 0;
      put(Part{.begin = segment.begin, .end = segment.end, .id = id, .is_unknown = false});
    });
    end_run();
  }

  /// Calls put(id, shows_text) for the tokens of a run of unknown characters: a piece that the run
  /// happens to be, its bytes where all of them are tokens, or the unknown token.
  template <typename Put>
  void resolve(std::string_view run, Put put) const {
    if (const auto piece = vocabulary().find(run)) {
      put(*piece, false);
    } else if (has_all_bytes(run)) {
      for (const char byte : run) {
        put(byte_ids_[static_cast<unsigned char>(byte)], false);
      }
    } else {
      put(*options_.unk_id, true);
    }
  }

  /// Whether a run of unknown characters is the unknown token whatever else resolve() looks at:
  /// with a character that is in no piece it is none.
  [[nodiscard]] bool is_foreign(std::span<const PieceTrie::Code> run) const noexcept {
    return byte_ids_.empty() && std::ranges::find(run, PieceTrie::Code{0}) != run.end();
  }
  [[nodiscard]] std::uint32_t unknown_id() const { return *options_.unk_id; }

 private:
  Unigram() = default;

  template <typename Put>
  void encode(std::string_view word, Put put) const;
  [[nodiscard]] bool has_all_bytes(std::string_view run) const noexcept;
  void find_bytes();

  static constexpr std::uint32_t kNoToken = 0xFFFFFFFF;

  PieceTrie pieces_;
  Options options_;
  UnigramSearch::Unknown unknown_{};
  std::vector<std::uint32_t> byte_ids_;  // of <0x00> to <0xFF>; empty without byte_fallback
};

}  // namespace onnxformers::tokenizers
