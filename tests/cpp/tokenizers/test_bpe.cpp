#include <algorithm>
#include <numeric>
#include <random>

#include "check.h"
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/parsed.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

using Ids = std::vector<std::uint32_t>;

std::unique_ptr<Model> load(const std::string& json) {
  const Parsed parsed(json);
  std::string type;
  return make_model(parsed.field, type);
}

const Bpe& as_bpe(const Model& model) { return dynamic_cast<const Bpe&>(model); }

Ids ids_of(const Model& model, std::string_view word) {
  Ids ids;
  model.append_ids(word, ids);
  return ids;
}

std::vector<BpeMerges::Merge> random_merges(std::mt19937& random, std::uint32_t letters) {
  std::vector<BpeMerges::Merge> merges;
  std::uint32_t tokens = letters;
  for (std::uint32_t count = random() % 40; count > 0; --count) {
    merges.push_back({.left = static_cast<std::uint32_t>(random() % tokens),
                      .right = static_cast<std::uint32_t>(random() % tokens),
                      .merged = tokens});
    ++tokens;
  }
  if (random() % 2 == 0) {
    std::ranges::shuffle(merges, random);
  }
  return merges;
}

/// The definition: one merge at a time, each found by looking at every pair.
Ids slow_merge(const BpeMerges& merges, Ids ids) {
  for (;;) {
    std::size_t best = 0;
    std::uint32_t least = BpeMerges::kNone;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const std::uint32_t rank = merges.rank(ids[i], ids[i + 1]);
      if (rank < least) {
        least = rank;
        best = i;
      }
    }
    if (least == BpeMerges::kNone) {
      return ids;
    }
    ids[best] = merges.merged(least);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

const std::string kAbc = R"("vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "bc": 5, "ca": 6},
                            "merges": ["a b", "ab c", "b c"])";

}  // namespace

TEST(short_and_long_words_are_merged_as_the_definition_says) {
  std::mt19937 random(7);
  LongBpeWord long_word;
  for (int round = 0; round < 400; ++round) {
    const std::uint32_t letters = 1 + (random() % 3);
    const BpeMerges merges(random_merges(random, letters));
    Ids symbols(1 + (random() % (round % 4 == 0 ? 300 : kShortBpeWord)));
    std::ranges::generate(symbols, [&] { return random() % letters; });
    const Ids expected = slow_merge(merges, symbols);
    Ids ids;
    std::size_t at = 0;
    const auto put = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
      CHECK_EQUAL(begin, at);
      CHECK(end > begin);
      at = end;
      ids.push_back(id);
    };
    long_word.merge(merges, symbols);
    long_word.for_each(put);
    CHECK(ids == expected);
    CHECK_EQUAL(at, symbols.size());
    ids.clear();
    at = 0;
    merge_bpe_word(merges, symbols, put);
    CHECK(ids == expected);
    CHECK_EQUAL(at, symbols.size());
  }
}

TEST(tokens_tell_their_place_in_the_word) {
  const auto model = load("{" + kAbc + "}");
  std::vector<WordToken> tokens;
  model->append_tokens("cabcxab", tokens);
  CHECK_EQUAL(tokens.size(), std::size_t{3});
  CHECK_EQUAL(tokens[1].id, 4U);
  CHECK_EQUAL(tokens[1].begin, 1U);
  CHECK_EQUAL(tokens[1].end, 4U);
  // A character without a token leaves no trace, as in the reference.
  CHECK_EQUAL(tokens[2].begin, 4U);
  CHECK_EQUAL(tokens[2].end, 6U);
}

TEST(known_symbols_are_merged) {
  const auto model = load("{" + kAbc + "}");
  Ids ids{9};
  as_bpe(*model).append_merged(Ids{0, 1, 2, 0, 1}, ids);
  CHECK(ids == (Ids{9, 4, 3}));
  as_bpe(*model).append_merged({}, ids);
  CHECK_EQUAL(ids.size(), std::size_t{3});
}

namespace {

void check_backtracking(const BpeMerges& merges, const BpeDerivations& derivations,
                        const std::vector<std::string>& tokens, std::mt19937& random) {
  std::vector<std::pair<std::string_view, std::int32_t>> entries;
  std::uint32_t letters = 0;
  for (std::uint32_t id = 0; id < tokens.size(); ++id) {
    letters += tokens[id].size() == 1 ? 1 : 0;
    if (derivations.is_reachable(id)) {
      entries.emplace_back(tokens[id], static_cast<std::int32_t>(id));
    }
  }
  BpeBacktracker backtracker(merges);
  backtracker.build(derivations, entries);
  for (int i = 0; i < 30; ++i) {
    Ids symbols(1 + (random() % (i == 0 ? 200 : 20)));
    std::ranges::generate(symbols, [&] { return random() % letters; });
    std::string text = "?";
    for (const std::uint32_t symbol : symbols) {
      text += tokens[symbol];
    }
    Ids ids;
    CHECK_EQUAL(backtracker.append_pieces(text + "?ab", 1, ids), text.size());
    std::ranges::transform(ids, ids.begin(), BpeBacktracker::id_of);
    CHECK(ids == slow_merge(merges, symbols));
  }
}

}  // namespace

TEST(merges_that_never_happen_can_be_left_out) {
  std::mt19937 random(23);
  int left_out = 0;
  int irregular = 0;
  int by_id = 0;
  for (int round = 0; round < 300; ++round) {
    // Every split of random strings, in random order of the strings: as in files made from
    // SentencePiece models.
    const std::uint32_t letters = 1 + (random() % (round % 4 == 0 ? 9 : 3));
    std::vector<std::string> tokens;
    for (std::uint32_t letter = 0; letter < letters; ++letter) {
      tokens.emplace_back(1, static_cast<char>('a' + letter));
    }
    for (std::uint32_t count = random() % (letters > 3 ? 80 : 25); count > 0; --count) {
      const std::string token = tokens[random() % tokens.size()] + tokens[random() % tokens.size()];
      if (std::ranges::find(tokens, token) == tokens.end()) {
        tokens.push_back(token);
      }
    }
    std::vector<std::uint32_t> order(tokens.size());
    std::iota(order.begin(), order.end(), 0U);
    if (round % 3 == 0) {
      std::ranges::shuffle(order, random);
    }
    std::vector<BpeMerges::Merge> merges;
    for (const std::uint32_t id : order) {
      for (std::size_t at = 1; at < tokens[id].size(); ++at) {
        const auto left = std::ranges::find(tokens, tokens[id].substr(0, at));
        const auto right = std::ranges::find(tokens, tokens[id].substr(at));
        if (left != tokens.end() && right != tokens.end()) {
          merges.push_back({.left = static_cast<std::uint32_t>(left - tokens.begin()),
                            .right = static_cast<std::uint32_t>(right - tokens.begin()),
                            .merged = id});
        }
      }
    }
    std::vector<bool> is_symbol(tokens.size());
    std::fill_n(is_symbol.begin(), letters, true);
    const BpeMerges all(merges);
    const auto derivations = BpeDerivations::make(all, is_symbol);
    CHECK(derivations.has_value());
    const std::vector<BpeMerges::Merge> happening = derivations->merges();
    const BpeMerges live(BpeMerges::by_id(happening));
    bool is_regular = true;
    for (std::uint32_t id = 0; id < tokens.size(); ++id) {
      is_regular &= derivations->is_regular(id) || !derivations->is_reachable(id);
    }
    irregular += is_regular ? 0 : 1;
    CHECK(live.is_ordered() || !is_regular);
    left_out += static_cast<int>(all.size() - happening.size());
    by_id += live.size() > happening.size() ? 1 : 0;
    for (int i = 0; i < 30; ++i) {
      Ids symbols(1 + (random() % 20));
      std::ranges::generate(symbols, [&] { return random() % letters; });
      CHECK(slow_merge(live, symbols) == slow_merge(all, symbols));
    }
    check_backtracking(all, *derivations, tokens, random);
    check_backtracking(live, BpeDerivations::make(live, is_symbol).value(), tokens, random);
    for (std::uint32_t id = 0; id < tokens.size(); ++id) {
      Ids symbols;
      for (const char letter : tokens[id]) {
        symbols.push_back(static_cast<std::uint32_t>(letter - 'a'));
      }
      CHECK_EQUAL(derivations->is_reachable(id), slow_merge(all, symbols) == Ids{id});
    }
  }
  CHECK(left_out > 100);
  CHECK(irregular > 10);
  CHECK(by_id > 10);
}

TEST(a_token_is_reachable_if_its_characters_merge_to_it) {
  const auto model = load("{" + kAbc + "}");
  const Bpe& bpe = as_bpe(*model);
  for (const std::uint32_t id : {0U, 2U, 3U, 4U, 5U}) {
    CHECK(bpe.is_reachable(id));
  }
  CHECK(!bpe.is_reachable(6));  // no merge makes it
  CHECK(!bpe.is_reachable(7));
  const auto whole = load("{\"ignore_merges\": true, " + kAbc + "}");
  CHECK(as_bpe(*whole).is_reachable(6));
  CHECK(ids_of(*whole, "ca") == (Ids{6}));
  const auto suffixed = load(R"({"end_of_word_suffix": "</w>", "merges": ["a b</w>"],
               "vocab": {"a": 0, "b": 1, "b</w>": 2, "ab</w>": 3, "</w>": 4}})");
  CHECK(as_bpe(*suffixed).is_reachable(3));
  CHECK(as_bpe(*suffixed).is_reachable(2));
  CHECK(!as_bpe(*suffixed).is_reachable(1));
  CHECK(!as_bpe(*suffixed).is_reachable(4));
}

TEST(bytes_stand_in_for_unknown_characters) {
  const auto model = load(R"({"byte_fallback": true, "unk_token": "?", "merges": [],
                              "vocab": {"?": 0, "<0xC3>": 1, "<0xA9>": 2}})");
  CHECK(ids_of(*model, "\xC3\xA9") == (Ids{1, 2}));
  CHECK(ids_of(*model, "\xC3\xA8") == (Ids{0}));
  // As in the reference, an unknown token that waits comes behind the bytes.
  CHECK(ids_of(*model, "\xC3\xA8\xC3\xA9") == (Ids{1, 2, 0}));
}

TEST(an_unknown_token_that_is_missing_fails_when_it_is_needed) {
  const auto model = load("{\"unk_token\": \"<unk>\", " + kAbc + "}");
  CHECK(ids_of(*model, "ab") == (Ids{3}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "\"<unk>\" is not in the vocabulary",
              ids_of(*model, "x"));
}

TEST(wrong_merges_are_refused) {
  CHECK_ERROR(ErrorKind::FileFormat, "part.merges[0]: \"x\" is not in model.vocab",
              load(R"({"vocab": {"a": 0}, "merges": ["a x"]})"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.dropout: dropout leaves out merges",
              load(R"({"vocab": {"a": 0}, "merges": [], "dropout": 0.5})"));
}
