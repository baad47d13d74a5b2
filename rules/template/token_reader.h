// TokenReader: the tokens of a template one after the other, and the first fault found in them. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/template/lexer.h"

namespace tocsin::templates {

/// After a fault there is only the end to read, so every loop of the parser stops.
class TokenReader {
 public:
  /// REQUIRES: tokens end with TokenKind::end
  TokenReader(std::string_view source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool next_is(TokenKind kind) const { return peek().kind == kind; }
  bool next_is_word(std::string_view word) const { return next_is(TokenKind::word) && peek().text == word; }
  Token take();
  bool accept(TokenKind kind);
  bool accept_word(std::string_view word);
  std::size_t end_of_last() const { return end_of_last_; }

  void fail(std::size_t at, std::string text);
  void fail_unexpected(std::string_view wanted);
  bool failed() const { return fault_.has_value(); }
  const std::optional<TemplateFault>& fault() const { return fault_; }

  /// Counts what is open; too much is a fault.
  void enter(std::size_t at);
  void leave() { --nesting_; }

 private:
  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t end_of_last_ = 0;
  int nesting_ = 0;
  std::optional<TemplateFault> fault_;
};

}  // namespace tocsin::templates
