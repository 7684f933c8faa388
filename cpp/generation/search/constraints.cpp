#include "generation/search/constraints.h"

#include <algorithm>
#include <string>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  fail(ErrorKind::InvalidArgument, "generate", "force_words_ids " + what);
}

}  // namespace

WordChoice::WordChoice(const std::vector<Tokens>& words) : nodes_(1) {
  if (words.empty()) {
    refuse("holds an empty list of words");
  }
  for (const Tokens& word : words) {
    insert(word);
    longest_ = std::max(longest_, word.size());
  }
  const auto ends = std::ranges::count_if(nodes_, [](const auto& node) { return node.empty(); });
  if (static_cast<std::size_t>(ends) != words.size()) {
    refuse("has a choice in which one word begins with another; leave the longer one out");
  }
}

void WordChoice::insert(const Tokens& word) {
  if (word.empty() || std::ranges::min(word) < 0) {
    refuse("must hold words of at least one token id, none of them negative");
  }
  Node node = kRoot;
  for (const Token token : word) {
    auto child = next(node, token);
    if (!child) {
      child = nodes_.size();
      nodes_[node].emplace_back(token, *child);
      nodes_.emplace_back();
    }
    node = *child;
  }
}

std::optional<WordChoice::Node> WordChoice::next(Node node, Token token) const {
  const auto found = std::ranges::find(nodes_[node], token, &std::pair<Token, Node>::first);
  return found == nodes_[node].end() ? std::nullopt : std::optional(found->second);
}

Tokens WordChoice::tokens_after(Node node) const {
  Tokens tokens;
  for (const auto& [token, child] : nodes_[node]) {
    tokens.push_back(token);
  }
  return tokens;
}

Constraints::Constraints(const std::vector<std::vector<Tokens>>& choices)
    : choices_(choices.begin(), choices.end()) {
  for (const WordChoice& choice : choices_) {
    longest_ = std::max(longest_, choice.longest());
  }
}

bool Constraints::are_met(std::span<const Token> tokens) const {
  return choices_.empty() || ConstraintProgress(*this, tokens).is_complete();
}

ConstraintProgress::ConstraintProgress(const Constraints& constraints,
                                       std::span<const Token> tokens)
    : constraints_(&constraints), pending_(constraints.choices().size()) {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    pending_[i] = i;
  }
  for (const Token token : tokens) {
    add(token);
  }
}

Tokens ConstraintProgress::tokens_ahead() const {
  if (current_) {
    return constraints_->choices()[*current_].tokens_after(place_->node);
  }
  Tokens all;
  for (const std::size_t index : pending_) {
    const Tokens first = constraints_->choices()[index].tokens_after(WordChoice::kRoot);
    all.insert(all.end(), first.begin(), first.end());
  }
  return all;
}

void ConstraintProgress::add(Token token) {
  if (current_) {
    go_on(token);
  } else {
    begin(token);
  }
}

void ConstraintProgress::begin(Token token) {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const WordChoice& choice = constraints_->choices()[pending_[i]];
    const auto node = choice.next(WordChoice::kRoot, token);
    if (!node) {
      continue;
    }
    if (choice.is_end(*node)) {
      ++met_;
    } else {
      current_ = pending_[i];
      place_ = std::make_shared<Place>(*node, 1U);
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

void ConstraintProgress::go_on(Token token) {
  const WordChoice& choice = constraints_->choices()[*current_];
  const auto node = choice.next(place_->node, token);
  if (!node) {
    // From the beginning, and after all others.
    pending_.push_back(*current_);
    current_.reset();
    return;
  }
  *place_ = {.node = *node, .depth = place_->depth + 1};
  if (choice.is_end(*node)) {
    ++met_;
    current_.reset();
  }
}

std::size_t ConstraintProgress::bank() const {
  const std::size_t longest = constraints_->longest();
  std::size_t bank = met_ * longest;
  if (current_) {
    bank += longest - (constraints_->choices()[*current_].longest() - place_->depth);
  }
  return bank;
}

}  // namespace onnxformers::generation
