#include <array>

#include "tokenizers/decoders/bpe.h"
#include "tokenizers/decoders/byte_fallback.h"
#include "tokenizers/decoders/byte_level.h"
#include "tokenizers/decoders/ctc.h"
#include "tokenizers/decoders/decoder.h"
#include "tokenizers/decoders/fuse.h"
#include "tokenizers/decoders/metaspace.h"
#include "tokenizers/decoders/replace.h"
#include "tokenizers/decoders/sequence.h"
#include "tokenizers/decoders/strip.h"
#include "tokenizers/decoders/wordpiece.h"

namespace onnxformers::tokenizers {

namespace {

struct Maker {
  std::string_view type;
  std::unique_ptr<Decoder> (*make)(const Field&);
};

constexpr auto kMakers = std::to_array<Maker>({
    {.type = "BPEDecoder", .make = &BpeDecoder::from_json},
    {.type = "ByteFallback", .make = &ByteFallbackDecoder::from_json},
    {.type = "ByteLevel", .make = &ByteLevelDecoder::from_json},
    {.type = "CTC", .make = &CtcDecoder::from_json},
    {.type = "Fuse", .make = &FuseDecoder::from_json},
    {.type = "Metaspace", .make = &MetaspaceDecoder::from_json},
    {.type = "Replace", .make = &ReplaceDecoder::from_json},
    {.type = "Sequence", .make = &DecoderSequence::from_json},
    {.type = "Strip", .make = &StripDecoder::from_json},
    {.type = "WordPiece", .make = &WordPieceDecoder::from_json},
});

}  // namespace

std::unique_ptr<Decoder> make_decoder(const Field& field) {
  return make_component(kMakers, field, field.member("type").as_string());
}

}  // namespace onnxformers::tokenizers
