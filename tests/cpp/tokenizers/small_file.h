#pragma once

#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// A tokenizer.json of the BERT kind with a handful of tokens. Parts can be replaced by text that
/// takes the place of a whole member.
struct SmallFile {
  std::string normalizer = R"({"type": "BertNormalizer", "clean_text": true,
      "handle_chinese_chars": true, "strip_accents": null, "lowercase": true})";
  std::string pre_tokenizer = R"({"type": "BertPreTokenizer"})";
  std::string post_processor = R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                 {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
               {"Sequence": {"id": "B", "type_id": 1}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}})";
  std::string decoder = R"({"type": "WordPiece", "prefix": "##", "cleanup": true})";
  std::string added_tokens = R"([
      {"id": 0, "content": "[UNK]", "special": true, "normalized": false},
      {"id": 1, "content": "[CLS]", "special": true, "normalized": false},
      {"id": 2, "content": "[SEP]", "special": true, "normalized": false}])";
  std::string model = R"({"type": "WordPiece", "unk_token": "[UNK]",
      "continuing_subword_prefix": "##", "max_input_chars_per_word": 10,
      "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4, "##b": 5, "##bc": 6, "un": 7,
                "##aff": 8, "##able": 9, ",": 10, ".": 11, "cafe": 12, "\u4e2d": 13, "i": 14,
                "\u00e9": 15, "!": 16, "hello": 17, "world": 18, "\u03c3": 19, "##\u03c3": 20}})";
  std::string more;  ///< further members, each with a comma behind it

  [[nodiscard]] std::string json() const {
    return "{" + more + "\"normalizer\": " + normalizer + ", \"pre_tokenizer\": " + pre_tokenizer +
           ", \"post_processor\": " + post_processor + ", \"decoder\": " + decoder +
           ", \"added_tokens\": " + added_tokens + ", \"model\": " + model + "}";
  }
};

}  // namespace onnxformers::tokenizers
