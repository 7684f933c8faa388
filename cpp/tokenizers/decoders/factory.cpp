#include <array>

#include "tokenizers/decoders/byte_level.h"
#include "tokenizers/decoders/decoder.h"
#include "tokenizers/decoders/sequence.h"
#include "tokenizers/decoders/wordpiece.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<Decoder> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "ByteLevel", .make = &ByteLevelDecoder::from_json},
    {.type = "WordPiece", .make = &WordPieceDecoder::from_json},
    {.type = "Sequence", .make = &DecoderSequence::from_json},
});

}  // namespace

std::unique_ptr<Decoder> make_decoder(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

}  // namespace onnxformers::tokenizers
