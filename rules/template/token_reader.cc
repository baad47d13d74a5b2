#include "rules/template/token_reader.h"

#include <fmt/format.h>

#include "agent/base/text.h"
#include "rules/template/limits.h"

namespace tocsin::templates {

Token TokenReader::take() {
  const Token token = peek();
  end_of_last_ = token.at + token.text.size();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool TokenReader::accept(TokenKind kind) {
  const bool accepted = next_is(kind);
  if (accepted) take();
  return accepted;
}

bool TokenReader::accept_word(std::string_view word) {
  const bool accepted = next_is_word(word);
  if (accepted) take();
  return accepted;
}

void TokenReader::fail(std::size_t at, std::string text) {
  if (!fault_) fault_ = fault_at(source_, at, std::move(text));
  at_ = tokens_.size() - 1;
}

void TokenReader::fail_unexpected(std::string_view wanted) {
  const Token& token = peek();
  if (token.kind == TokenKind::end)
    return fail(token.at, fmt::format("unexpected end of the template; expected {}", wanted));
  fail(token.at, fmt::format("unexpected {}; expected {}", quote(token.text), wanted));
}

void TokenReader::enter(std::size_t at) {
  if (++nesting_ > kNestingMax) fail(at, fmt::format("more than {} levels inside each other", kNestingMax));
}

}  // namespace tocsin::templates
