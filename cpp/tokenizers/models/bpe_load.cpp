#include <string>

#include "tokenizers/models/bpe.h"

namespace onnxformers::tokenizers {

namespace {

struct Parts {
  std::string_view left;
  std::string_view right;
};

/// "a b" or ["a", "b"].
Parts read_parts(const Field& merges, std::size_t index) {
  const json::Value merge = merges.value().element(index);
  if (merge.type() == json::Type::String) {
    const std::string_view text = merge.as_string(merges.path());
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos) {
      merges.element(index).fail("\"" + shortened(text) +
                                 "\" is not two tokens with one space between them; tokens with "
                                 "spaces need the form [\"left\", \"right\"]");
    }
    return {.left = text.substr(0, space), .right = text.substr(space + 1)};
  }
  if (merge.type() != json::Type::Array || merge.size() != 2) {
    merges.element(index).fail("expected a string or a list of two strings");
  }
  const Field field = merges.element(index);
  return {.left = field.element(0).as_string(), .right = field.element(1).as_string()};
}

class MergesReader {
 public:
  MergesReader(const Field& merges, const Vocabulary& vocabulary, std::string_view prefix)
      : merges_(merges), vocabulary_(vocabulary), prefix_(prefix) {}

  [[nodiscard]] std::vector<BpeMerges::Merge> read() {
    (void)merges_.expect(json::Type::Array);
    if (merges_.size() > BpeMerges::kMost || vocabulary_.size() > BpeMerges::kMost) {
      merges_.fail("more than " + std::to_string(BpeMerges::kMost) + " merges or tokens");
    }
    std::vector<BpeMerges::Merge> merges;
    merges.reserve(merges_.size());
    for (std::size_t i = 0; i < merges_.size(); ++i) {
      const json::Value merge = merges_.value().element(i);
      // The first line of merges.txt.
      if (merge.type() == json::Type::String &&
          merge.as_string(merges_.path()).starts_with("#version")) {
        continue;
      }
      merges.push_back(read(i));
    }
    return merges;
  }

 private:
  [[nodiscard]] std::uint32_t find(std::size_t index, std::string_view token) const {
    const auto id = vocabulary_.find(token);
    if (!id) {
      merges_.element(index).fail("\"" + shortened(token) + "\" is not in model.vocab");
    }
    return *id;
  }

  [[nodiscard]] BpeMerges::Merge read(std::size_t index) {
    const Parts parts = read_parts(merges_, index);
    const std::uint32_t left = find(index, parts.left);
    const std::uint32_t right = find(index, parts.right);
    if (parts.left.empty() || parts.right.size() <= prefix_.size()) {
      merges_.element(index).fail("a part is empty or only the continuing_subword_prefix");
    }
    joined_.assign(parts.left).append(parts.right.substr(prefix_.size()));
    return {.left = left, .right = right, .merged = find(index, joined_)};
  }

  const Field& merges_;
  const Vocabulary& vocabulary_;
  std::string_view prefix_;
  std::string joined_;
};

void check_dropout(const Field& field) {
  const auto dropout = field.find("dropout");
  if (!dropout) {
    return;
  }
  const double value = dropout->value().as_number(dropout->path());
  if (value != 0) {
    dropout->fail(
        "dropout leaves out merges at random, which is for training; set it to null to encode");
  }
}

}  // namespace

std::unique_ptr<Model> Bpe::from_json(const Field& field) {
  Options options;
  if (const auto unk = field.find("unk_token")) {
    options.unk_token = unk->as_string();
  }
  options.continuing_subword_prefix = field.string_or("continuing_subword_prefix", "");
  options.end_of_word_suffix = field.string_or("end_of_word_suffix", "");
  options.fuse_unk = field.bool_or("fuse_unk", false);
  options.byte_fallback = field.bool_or("byte_fallback", false);
  options.ignore_merges = field.bool_or("ignore_merges", false);
  check_dropout(field);
  Vocabulary vocabulary = Vocabulary::from_json(field.member("vocab"));
  const Field list = field.member("merges");
  const std::vector<BpeMerges::Merge> merges =
      MergesReader(list, vocabulary, options.continuing_subword_prefix).read();
  return std::make_unique<Bpe>(std::move(vocabulary), std::move(options), merges);
}

}  // namespace onnxformers::tokenizers
