#include "check.h"
#include "tokenizers/decoded.h"
#include "tokenizers/decoders/bpe.h"
#include "tokenizers/decoders/byte_fallback.h"
#include "tokenizers/decoders/ctc.h"
#include "tokenizers/decoders/fuse.h"
#include "tokenizers/decoders/join.h"
#include "tokenizers/decoders/metaspace.h"
#include "tokenizers/decoders/replace.h"
#include "tokenizers/decoders/replace_all.h"
#include "tokenizers/decoders/sequence.h"
#include "tokenizers/decoders/strip.h"

using namespace onnxformers::tokenizers;

namespace {

/// Fuse first, so that the step sees one token in pieces.
template <typename Step>
std::string fused(Step step, const std::vector<std::string>& tokens) {
  std::vector<std::unique_ptr<Decoder>> steps;
  steps.push_back(std::make_unique<FuseDecoder>());
  steps.push_back(std::move(step));
  return decoded(DecoderSequence(std::move(steps)), tokens);
}

}  // namespace

TEST(bpe_parts_words_but_for_the_last) {
  const BpeDecoder decoder("</w>");
  CHECK_EQUAL(decoded(decoder, {"a</w>", "b</w>c</w>"}), "a bc");
  CHECK_EQUAL(decoded(decoder, {"a", "</w>", ""}), "a ");
  CHECK_EQUAL(decoded(decoder, {}), "");
  CHECK_EQUAL(decoded(BpeDecoder(""), {"ab", "cd"}), " a b cd");
}

TEST(bytes_in_a_row_are_one_text_or_none) {
  const ByteFallbackDecoder decoder;
  CHECK_EQUAL(decoded(decoder, {"<0x61>", "<0xc3>", "<0xA9>", "x", "<0xC3>"}), "aéx\xEF\xBF\xBD");
  CHECK_EQUAL(decoded(decoder, {"<0x61>", "<0xFF>"}), "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK_EQUAL(decoded(decoder, {"<0x+9>", "<0x9>", "<0xG0>", "<0x00"}), "\t<0x9><0xG0><0x00");
}

TEST(ctc_takes_repetitions_and_padding_out) {
  CHECK_EQUAL(decoded(CtcDecoder("<pad>", "|", true), {"h", "h", "<pad>", "h", "|", "|", "x .|"}),
              "hh x. ");
  CHECK_EQUAL(decoded(CtcDecoder("<pad>", "|", false), {"", "", "a<pad>", "|"}), "a|");
  CHECK_EQUAL(decoded(CtcDecoder("", "", true), {"ab"}), " a b ");
}

TEST(join_puts_spaces_between) { CHECK_EQUAL(decoded(JoinDecoder(), {"", "a", "b", ""}), " a b "); }

TEST(metaspace_drops_what_stands_in_the_first_token) {
  CHECK_EQUAL(decoded(MetaspaceDecoder("▁", true), {"▁a▁", "▁b", "c▁"}), "a bc ");
  CHECK_EQUAL(decoded(MetaspaceDecoder("▁", false), {"▁a▁", "▁b"}), " a  b");
  CHECK_EQUAL(fused(std::make_unique<MetaspaceDecoder>("▁", true), {"▁a", "▁b"}), "ab");
}

TEST(replace_finds_what_lies_across_fused_tokens) {
  CHECK_EQUAL(fused(std::make_unique<ReplaceDecoder>(Pattern("aab", false), "-"),
                    {"a", "a", "a", "b", "aa"}),
              "a-aa");
  CHECK_EQUAL(fused(std::make_unique<ReplaceDecoder>(Pattern("aa", false), "a"), {"a", "a", "a"}),
              "aa");
  CHECK_EQUAL(decoded(ReplaceDecoder(Pattern("aab", false), "-"), {"a", "ab", "aab"}), "aab-");
  CHECK_EQUAL(decoded(ReplaceDecoder(Pattern("", false), "-"), {"", "é"}), "-é-");
  CHECK_EQUAL(decoded(ReplaceDecoder(Pattern("a+", true), "-"), {"aab", "", "a"}), "-b-");
}

TEST(strip_takes_no_more_than_asked_for) {
  const StripDecoder decoder(" ", 1, 2);
  CHECK_EQUAL(decoded(decoder, {"  a   ", "b ", " "}), " a b");
  CHECK_EQUAL(fused(std::make_unique<StripDecoder>(" ", 1, 2), {" ", " ", "a ", " ", " "}), " a ");
  CHECK_EQUAL(fused(std::make_unique<StripDecoder>(" ", 2, 2), {" ", " ", " ", " ", " "}), " ");
}

TEST(a_sequence_without_steps_changes_nothing) {
  CHECK_EQUAL(decoded(DecoderSequence({}), {"a", "", "b"}), "ab");
}

TEST(an_empty_string_is_found_around_every_character) {
  std::string text = "aé";
  replace_all(text, "", "-");
  CHECK_EQUAL(text, "-a-é-");
}
