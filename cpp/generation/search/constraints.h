#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "generation/options.h"

namespace onnxformers::generation {

/// Words one of which a sequence must contain, as a tree of their tokens.
/// Source: Python transformers 4.46.3, PhrasalConstraint and DisjunctiveConstraint.
class WordChoice {
 public:
  /// Throws InvalidArgument for no words, empty ones, and ones that another word begins with.
  explicit WordChoice(const std::vector<Tokens>& words);

  using Node = std::size_t;
  static constexpr Node kRoot = 0;

  [[nodiscard]] std::optional<Node> next(Node node, Token token) const;
  /// The tokens that lead on from a node, those of earlier words first.
  [[nodiscard]] Tokens tokens_after(Node node) const;
  [[nodiscard]] bool is_end(Node node) const { return nodes_[node].empty(); }
  /// Tokens of the longest word.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  void insert(const Tokens& word);

  std::vector<std::vector<std::pair<Token, Node>>> nodes_;
  std::size_t longest_ = 0;
};

/// All that a sequence must contain, in any order and without overlap.
class Constraints {
 public:
  explicit Constraints(const std::vector<std::vector<Tokens>>& choices);

  [[nodiscard]] bool empty() const noexcept { return choices_.empty(); }
  [[nodiscard]] const std::vector<WordChoice>& choices() const noexcept { return choices_; }
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }
  [[nodiscard]] bool are_met(std::span<const Token> tokens) const;

 private:
  std::vector<WordChoice> choices_;
  std::size_t longest_ = 0;
};

/// How far a sequence has come. One choice is worked on at a time, until it is met or broken off.
/// Source: Python transformers 4.46.3, ConstraintListState.
class ConstraintProgress {
 public:
  /// The constraints must outlive it.
  ConstraintProgress(const Constraints& constraints, std::span<const Token> tokens);

  [[nodiscard]] bool is_complete() const { return pending_.empty() && !current_; }
  /// Tokens that lead on.
  [[nodiscard]] Tokens tokens_ahead() const;
  void add(Token token);
  /// The more, the further.
  [[nodiscard]] std::size_t bank() const;

 private:
  struct Place {
    WordChoice::Node node;
    std::size_t depth;
  };

  void begin(Token token);
  void go_on(Token token);

  const Constraints* constraints_;
  std::vector<std::size_t> pending_;    ///< choices that are not met
  std::optional<std::size_t> current_;  ///< the one being worked on
  /// Where in its tree. Copies share it, as they share the list of tokens at the source: of several
  /// tokens that lead on, each is tried behind the ones before it, and beams are ranked by that.
  std::shared_ptr<Place> place_;
  std::size_t met_ = 0;
};

}  // namespace onnxformers::generation
