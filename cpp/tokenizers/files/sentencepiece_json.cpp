#include "tokenizers/files/sentencepiece_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "base/errors.h"
#include "base/json_writer.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/files/merge_table.h"

namespace onnxformers::tokenizers {

namespace {

using Algorithm = SentencePieceModel::Algorithm;

struct Scored {
  std::string_view text;
  double score;
};

/// Whether a digit and a comma end a piece.
bool ends_in_number_comma(std::string_view text) {
  if (text.size() < 2 || text.back() != ',') {
    return false;
  }
  const std::size_t begin = utf8::previous(text, text.size() - 1);
  return unicode::category(utf8::decode(text, begin).code) == unicode::Category::Nd;
}

std::vector<Scored> changed(const SentencePieceModel& model, const PieceChanges& changes) {
  std::vector<Scored> tokens;
  tokens.reserve(changes.first.size() + model.pieces.size() + changes.last.size());
  for (const auto& [text, score] : changes.first) {
    tokens.push_back({.text = text, .score = score});
  }
  for (std::size_t i = changes.skipped; i < model.pieces.size(); ++i) {
    const SentencePieceModel::Piece& piece = model.pieces[i];
    const bool lowered = changes.lowers_number_commas && ends_in_number_comma(piece.text);
    const bool is_tab = changes.has_tab && piece.text == "<0x09>";
    tokens.push_back({
        .text = is_tab ? std::string_view("\t") : piece.text,
        .score = static_cast<double>(piece.score) - (lowered ? 100 : 0),
    });
  }
  for (const auto& [text, score] : changes.last) {
    tokens.push_back({.text = text, .score = score});
  }
  return tokens;
}

std::uint32_t unk_id(const SentencePieceModel& model, const PieceChanges& changes) {
  const std::size_t moved = model.unk_id + changes.first.size() - changes.skipped;
  return changes.unk_id.value_or(static_cast<std::uint32_t>(moved));
}

/// The shortest form that reads back as the number, and as no integer.
void append_number(std::string& out, double number) {
  std::array<char, 32> digits{};
  const char* const end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.begin()));
  out.append(text).append(text.find_first_of(".e") == std::string_view::npos ? ".0" : "");
}

std::string unigram_json(const std::vector<Scored>& tokens, std::uint32_t unk_id,
                         bool byte_fallback) {
  std::string out = R"({"type":"Unigram","unk_id":)" + std::to_string(unk_id) + ",\"vocab\":[";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    out.append(i == 0 ? "[" : ",[");
    json::append_string(out, tokens[i].text);
    out.push_back(',');
    append_number(out, tokens[i].score);
    out.push_back(']');
  }
  out.append("],\"byte_fallback\":").append(byte_fallback ? "true" : "false").append("}");
  return out;
}

/// The merge that makes the piece of the highest score comes first.
std::vector<MergeTable::Merge> merges_by_score(const SentencePieceModel& model,
                                               const std::vector<Scored>& tokens, bool has_tab) {
  MergeTable table;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    table.add(model.pieces[id].text, static_cast<std::uint32_t>(id));
    if (has_tab && model.pieces[id].text == "<0x09>") {
      table.add("\t", static_cast<std::uint32_t>(id));
    }
  }
  struct Ranked {
    MergeTable::Merge merge;
    std::tuple<double, std::size_t, std::size_t> key;
  };
  std::vector<Ranked> ranked;
  std::vector<MergeTable::Merge> merges;
  for (const Scored& token : tokens) {
    merges.clear();
    table.append_merges_of(token.text, true, merges);
    for (const MergeTable::Merge& merge : merges) {
      ranked.push_back({
          .merge = merge,
          .key = {token.score, utf8::count(merge.left), utf8::count(merge.right)},
      });
    }
  }
  std::ranges::stable_sort(ranked, std::ranges::greater(), &Ranked::key);
  merges.clear();
  for (const Ranked& entry : ranked) {
    merges.push_back(entry.merge);
  }
  return merges;
}

void append_vocab(std::string& out, const std::vector<Scored>& tokens) {
  // Of a token that is there twice the last id counts.
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    last[tokens[id].text] = id;
  }
  bool is_first = true;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (last.at(tokens[id].text) != id) {
      continue;
    }
    out.append(is_first ? "" : ",");
    is_first = false;
    json::append_string(out, tokens[id].text);
    out.append(":").append(std::to_string(id));
  }
}

std::string bpe_json(const SentencePieceModel& model, const std::vector<Scored>& tokens,
                     const PieceChanges& changes) {
  std::string out = R"({"type":"BPE","dropout":null,"unk_token":)";
  json::append_string(out, model.pieces[model.unk_id].text);
  out.append(R"(,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":true,)");
  out.append("\"byte_fallback\":").append(changes.byte_fallback ? "true" : "false");
  out.append(",\"ignore_merges\":false,\"vocab\":{");
  append_vocab(out, tokens);
  out.append("},\"merges\":[");
  bool is_first = true;
  for (const MergeTable::Merge& merge : merges_by_score(model, tokens, changes.has_tab)) {
    out.append(is_first ? "[" : ",[");
    is_first = false;
    json::append_string(out, merge.left);
    out.push_back(',');
    json::append_string(out, merge.right);
    out.push_back(']');
  }
  return out.append("]}");
}

}  // namespace

std::string model_json(const SentencePieceModel& model, const PieceChanges& changes) {
  if (changes.skipped > model.pieces.size()) {
    fail(ErrorKind::FileFormat, "SentencePiece model",
         "there are " + std::to_string(model.pieces.size()) + " pieces, fewer than the " +
             std::to_string(changes.skipped) + " that the tokenizer class has in their place");
  }
  const std::vector<Scored> tokens = changed(model, changes);
  if (model.algorithm == Algorithm::Unigram) {
    return unigram_json(tokens, unk_id(model, changes), changes.byte_fallback);
  }
  if (model.algorithm == Algorithm::Bpe) {
    return bpe_json(model, tokens, changes);
  }
  fail(ErrorKind::FileFormat, "SentencePiece model",
       "it was trained to split into words or characters; Unigram and BPE are read");
}

}  // namespace onnxformers::tokenizers
