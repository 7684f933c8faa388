#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// What a SentencePiece .model file says. Its texts are views into the bytes it was read from.
///
/// Source: sentencepiece_model.proto of SentencePiece; proto2 defaults where a field is absent.
struct SentencePieceModel {
  enum class PieceType : std::uint8_t {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
  };
  struct Piece {
    std::string_view text;
    float score = 0;
    PieceType type = PieceType::Normal;
  };
  enum class Algorithm : std::uint8_t { Unigram = 1, Bpe = 2, Word = 3, Character = 4 };

  std::vector<Piece> pieces;  ///< by id
  Algorithm algorithm = Algorithm::Unigram;
  std::uint32_t unk_id = 0;  ///< of the piece that is Unknown, whatever the trainer's settings say
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
  std::string_view charsmap;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;

  /// O(n). Fails with ErrorKind::FileFormat for what is no such model: truncated or foreign bytes,
  /// no pieces, a piece that is empty, too long, no UTF-8 or there twice, a score that is no
  /// number, not exactly one unknown piece.
  static SentencePieceModel parse(std::string_view bytes);
};

}  // namespace onnxformers::tokenizers
