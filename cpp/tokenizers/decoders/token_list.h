#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// Tokens, or a part of a list of tokens, on their way through the decoders: all characters in one
/// block, and where each token ends. The last token of a part may go on in the next part; its
/// characters so far are the rest. Every token and every piece of one is well-formed UTF-8.
class TokenList {
 public:
  void clear() noexcept {
    characters_.clear();
    ends_.clear();
  }
  void reserve(std::size_t tokens, std::size_t characters) {
    ends_.reserve(tokens);
    characters_.reserve(characters);
  }

  /// Adds to the token under way.
  void append(std::string_view piece) { characters_.append(piece); }
  void append(char character) { characters_.push_back(character); }
  /// What to append to for those who make the characters themselves.
  [[nodiscard]] std::string& block() noexcept { return characters_; }
  void end_token() { ends_.push_back(characters_.size()); }
  void add(std::string_view token) {
    append(token);
    end_token();
  }

  /// Tokens that are complete.
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  [[nodiscard]] std::string_view token(std::size_t index) const noexcept {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return view(begin, ends_[index]);
  }
  /// What is there of a token that goes on.
  [[nodiscard]] std::string_view rest() const noexcept {
    return view(ends_.empty() ? 0 : ends_.back(), characters_.size());
  }
  [[nodiscard]] const std::string& characters() const noexcept { return characters_; }
  [[nodiscard]] std::string take_characters() noexcept { return std::move(characters_); }

 private:
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const noexcept {
    return {characters_.data() + begin, end - begin};
  }

  std::string characters_;
  std::vector<std::size_t> ends_;
};

/// For decoders that look at whole tokens: puts the pieces of a token together.
class TokenGatherer {
 public:
  /// Calls each(std::string_view token) for the tokens that end in this part.
  template <typename Each>
  void for_each(const TokenList& part, Each each) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (begun_.empty()) {
        each(part.token(i));
      } else {
        begun_.append(part.token(i));
        each(std::string_view(begun_));
        begun_.clear();
      }
    }
    begun_.append(part.rest());
  }

  /// Bytes of the token that has not come to its end.
  [[nodiscard]] std::size_t size() const noexcept { return begun_.size(); }

 private:
  std::string begun_;
};

}  // namespace onnxformers::tokenizers
