#include "tokenizers/files/sentencepiece_model.h"

#include <cmath>
#include <string>
#include <unordered_set>

#include "base/errors.h"
#include "base/protobuf.h"
#include "base/utf8.h"
#include "tokenizers/field.h"
#include "tokenizers/files/merge_table.h"

namespace onnxformers::tokenizers {

namespace {

using Piece = SentencePieceModel::Piece;
using PieceType = SentencePieceModel::PieceType;

constexpr std::string_view kPlace = "SentencePiece model";

[[noreturn]] void fail_model(const std::string& what) { fail(ErrorKind::FileFormat, kPlace, what); }

void expect_type(const protobuf::Field& field, std::uint32_t type, const char* name) {
  if (field.type != type) {
    fail_model(std::string(name) + " has the wire type " + std::to_string(field.type) + ", not " +
               std::to_string(type));
  }
}

bool as_bool(const protobuf::Field& field, const char* name) {
  expect_type(field, 0, name);
  return field.value != 0;
}

std::uint64_t as_enum(const protobuf::Field& field, std::uint64_t most, const char* name) {
  expect_type(field, 0, name);
  if (field.value < 1 || field.value > most) {
    fail_model(std::string(name) + " must be from 1 to " + std::to_string(most) + ", got " +
               std::to_string(field.value));
  }
  return field.value;
}

Piece read_piece(std::string_view bytes, std::size_t id) {
  Piece piece;
  protobuf::Reader reader(bytes, kPlace);
  for (protobuf::Field field; reader.next(field);) {
    switch (field.number) {
      case 1:
        expect_type(field, 2, "piece");
        piece.text = field.bytes;
        break;
      case 2:
        expect_type(field, 5, "score");
        piece.score = field.as_float();
        break;
      case 3:
        piece.type = static_cast<PieceType>(as_enum(field, 6, "type"));
        break;
      default:
        break;
    }
  }
  const std::string name = "piece " + std::to_string(id);
  if (piece.text.empty()) {
    fail_model(name + " is empty");
  }
  if (piece.text.size() > kLongestPiece) {
    fail_model(name + " has " + std::to_string(piece.text.size()) + " bytes; at most " +
               std::to_string(kLongestPiece) + " are read");
  }
  if (!utf8::is_valid(piece.text)) {
    fail_model(name + " is not UTF-8");
  }
  if (!std::isfinite(piece.score)) {
    fail_model("the score of " + name + " is not a number");
  }
  return piece;
}

void read_trainer_spec(std::string_view bytes, SentencePieceModel& model) {
  protobuf::Reader reader(bytes, kPlace);
  for (protobuf::Field field; reader.next(field);) {
    switch (field.number) {
      case 3:
        model.algorithm =
            static_cast<SentencePieceModel::Algorithm>(as_enum(field, 4, "model_type"));
        break;
      case 24:
        model.treat_whitespace_as_suffix = as_bool(field, "treat_whitespace_as_suffix");
        break;
      case 35:
        model.byte_fallback = as_bool(field, "byte_fallback");
        break;
      default:
        break;
    }
  }
}

void read_normalizer_spec(std::string_view bytes, SentencePieceModel& model) {
  protobuf::Reader reader(bytes, kPlace);
  for (protobuf::Field field; reader.next(field);) {
    switch (field.number) {
      case 2:
        expect_type(field, 2, "precompiled_charsmap");
        model.charsmap = field.bytes;
        break;
      case 3:
        model.add_dummy_prefix = as_bool(field, "add_dummy_prefix");
        break;
      case 4:
        model.remove_extra_whitespaces = as_bool(field, "remove_extra_whitespaces");
        break;
      case 5:
        model.escape_whitespaces = as_bool(field, "escape_whitespaces");
        break;
      default:
        break;
    }
  }
}

void check_pieces(SentencePieceModel& model) {
  if (model.pieces.empty()) {
    fail_model("there are no pieces");
  }
  std::unordered_set<std::string_view> seen;
  seen.reserve(model.pieces.size());
  std::size_t unknown = 0;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const Piece& piece = model.pieces[id];
    if (!seen.insert(piece.text).second) {
      fail_model("the piece \"" + shortened(piece.text) + "\" is there twice");
    }
    if (piece.type == PieceType::Unknown) {
      model.unk_id = static_cast<std::uint32_t>(id);
      ++unknown;
    }
  }
  if (unknown != 1) {
    fail_model("there must be one unknown piece, got " + std::to_string(unknown));
  }
}

}  // namespace

SentencePieceModel SentencePieceModel::parse(std::string_view bytes) {
  SentencePieceModel model;
  protobuf::Reader reader(bytes, kPlace);
  for (protobuf::Field field; reader.next(field);) {
    if (field.number < 1 || field.number > 3) {
      continue;
    }
    expect_type(field, 2, "a part of the model");
    if (field.number == 1) {
      if (model.pieces.size() == static_cast<std::size_t>(kMaxTokenId)) {
        fail_model("there are more than " + std::to_string(kMaxTokenId) + " pieces");
      }
      model.pieces.push_back(read_piece(field.bytes, model.pieces.size()));
    } else if (field.number == 2) {
      read_trainer_spec(field.bytes, model);
    } else {
      read_normalizer_spec(field.bytes, model);
    }
  }
  check_pieces(model);
  return model;
}

}  // namespace onnxformers::tokenizers
