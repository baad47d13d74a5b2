// Tokens of a template: the text outside of {{ }} and what stands inside. Source: Go text/template/parse.
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>
#include <vector>

#include "rules/template/template.h"

namespace tocsin::templates {

enum class TokenKind {
  text,        // outside of {{ }}, already trimmed; never empty
  open,        // {{
  close,       // }}
  word,        // a function or keyword
  field,       // .name, with its dot
  variable,    // $name, or $ alone
  dot,         // . alone
  number,      // also +1 and -1
  character,   // 'x', with its quotes
  string,      // "x", with its quotes
  raw_string,  // `x`, with its quotes
  pipe,
  comma,
  declare,  // :=
  assign,   // =
  left_parenthesis,
  right_parenthesis,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;     // borrowed from the source
  std::size_t at = 0;        // its first byte in the source
  bool after_space = false;  // white space stands before it
};

/// The last token is `end`. `source` must outlive the tokens.
std::expected<std::vector<Token>, TemplateFault> tokenize(std::string_view source);

/// The fault of that text at byte `at`.
TemplateFault fault_at(std::string_view source, std::size_t at, std::string text);

}  // namespace tocsin::templates
