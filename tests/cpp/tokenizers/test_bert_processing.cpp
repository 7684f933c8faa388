#include "check.h"
#include "tokenizers/planned.h"
#include "tokenizers/post_processors/bert_processing.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

constexpr const char* kJson =
    R"({"type": "BertProcessing", "cls": ["[CLS]", 9], "sep": ["[SEP]", 8]})";

}  // namespace

TEST(special_tokens_stand_around_the_texts) {
  CHECK_EQUAL(planned(kJson, false, true), "9:0 A:0 8:0");
  CHECK_EQUAL(planned(kJson, true, true), "9:0 A:0 8:0 B:1 8:1");
  CHECK_EQUAL(planned(kJson, true, false), "A:0 B:1");
}

TEST(tokens_need_their_id) {
  CHECK_ERROR(
      ErrorKind::FileFormat, "part.sep: expected a token and its id, got 1 elements",
      planned(R"({"type": "BertProcessing", "cls": ["[CLS]", 9], "sep": ["[SEP]"]})", false, true));
  CHECK_ERROR(ErrorKind::FileFormat, "part.cls[1]: expected an integer, got string",
              planned(R"({"type": "BertProcessing", "cls": ["[CLS]", "9"], "sep": ["[SEP]", 8]})",
                      false, true));
}
