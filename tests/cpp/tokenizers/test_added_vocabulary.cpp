#include <random>

#include "check.h"
#include "tokenizers/added_vocabulary.h"
#include "tokenizers/normalizers/bert_normalizer.h"
#include "tokenizers/parsed.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

AddedToken token(std::uint32_t id, std::string content) {
  AddedToken token;
  token.id = id;
  token.content = std::move(content);
  return token;
}

/// "[a]3[b]": every match in brackets, ids left out.
std::string matched(const std::vector<AddedToken>& tokens, std::string_view text) {
  const AddedVocabulary added(tokens, nullptr);
  std::vector<AddedMatch> matches;
  added.match_original(text, matches);
  std::string shown;
  std::size_t begin = 0;
  for (const AddedMatch& match : matches) {
    shown.append(text.substr(begin, match.begin - begin));
    shown.append("[").append(text.substr(match.begin, match.end - match.begin)).append("]");
    begin = match.end;
  }
  return shown.append(text.substr(begin));
}

}  // namespace

TEST(the_longest_token_from_the_left_counts) {
  const std::vector<AddedToken> tokens = {token(1, "ab"), token(2, "abc"), token(3, "cd")};
  CHECK_EQUAL(matched(tokens, "xabcdab"), "x[abc]d[ab]");
  CHECK_EQUAL(matched({}, "ab"), "ab");
}

TEST(whitespace_goes_with_the_token) {
  AddedToken left = token(1, "<m>");
  left.lstrip = true;
  AddedToken right = token(2, "<r>");
  right.rstrip = true;
  CHECK_EQUAL(matched({left}, "a \t<m> b"), "a[ \t<m>] b");
  CHECK_EQUAL(matched({right},
                      "a <r> \xE2\x80\x82"
                      "b"),
              "a [<r> \xE2\x80\x82]b");
  CHECK_EQUAL(matched({left, right}, "<r>  <m>"), "[<r>  ][<m>]");
}

TEST(a_single_word_must_not_touch_letters) {
  AddedToken word = token(1, "hi");
  word.single_word = true;
  CHECK_EQUAL(matched({word}, "hi thi hi, hiyo \xC3\xA9hi"), "[hi] thi [hi], hiyo \xC3\xA9hi");
}

TEST(normalized_tokens_are_looked_for_in_their_normalized_form) {
  AddedToken word = token(1, "H\xC3\xA9Y");
  word.normalized = true;
  const BertNormalizer normalizer{BertNormalizer::Options()};
  const AddedVocabulary added({word}, &normalizer);
  CHECK(added.has_normalized());
  std::vector<AddedMatch> matches;
  added.match_normalized("oh hey", matches);
  CHECK_EQUAL(matches.size(), std::size_t{1});
  CHECK_EQUAL(matches[0].begin, std::size_t{3});
  added.match_original("oh H\xC3\xA9Y", matches);
  CHECK(matches.empty());
}

TEST(ids_are_those_of_the_file) {
  const Parsed parsed(R"([{"id": 7, "content": "x", "special": true}, {"id": 3, "content": "y"}])");
  const AddedVocabulary added(AddedVocabulary::read(parsed.field), nullptr);
  CHECK_EQUAL(added.find("x")->id, 7U);
  CHECK_EQUAL(added.find(3U)->content, "y");
  CHECK(added.find("z") == nullptr);
  CHECK(!added.find("x")->normalized);
  CHECK(added.find("y")->normalized);
}

TEST(wrong_entries_are_refused) {
  const auto read = [](const std::string& text) {
    const Parsed parsed(text);
    return AddedVocabulary::read(parsed.field).size();
  };
  CHECK_ERROR(ErrorKind::FileFormat, "part[0]: the field \"content\" is missing",
              read(R"([{"id": 1}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "part[0].id: expected an integer from 0",
              read(R"([{"id": -1, "content": "x"}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "at most 1024 bytes",
              read(R"([{"id": 1, "content": ")" + std::string(1025, 'a') + R"("}])"));
}
