#include "rules/template/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "agent/base/text.h"
#include "rules/unicode.h"

namespace tocsin::templates {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kSpaces = " \t\r\n";

bool is_blank(char c) {
  return kSpaces.find(c) != std::string_view::npos;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::expected<std::vector<Token>, TemplateFault> run() {
    while (at_ < source_.size() && !fault_) {
      lex_text();
      if (at_ < source_.size()) lex_action();
    }
    if (fault_) return std::unexpected(*std::move(fault_));
    add(TokenKind::end, source_.size(), source_.size());
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return source_.substr(at_); }
  bool next_is(std::string_view text) const { return rest().starts_with(text); }
  char peek(std::size_t ahead) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void add(TokenKind kind, std::size_t begin, std::size_t end) {
    tokens_.push_back(
        {.kind = kind, .text = source_.substr(begin, end - begin), .at = begin, .after_space = after_space_});
    after_space_ = false;
    at_ = end;
  }

  /// Ends the run; the first fault stays.
  void stop(std::size_t at, std::string text) {
    if (!fault_) fault_ = fault_at(source_, at, std::move(text));
    at_ = source_.size();
  }

  /// The text up to the next {{ or the end, trimmed where "{{- " asks for it.
  void lex_text() {
    const std::size_t end = std::min(source_.find(kOpen, at_), source_.size());
    const std::size_t begin = at_;
    std::string_view text = source_.substr(begin, end - begin);
    at_ = end;
    if (left_trim_marker()) text = trim_end(text);
    if (!text.empty()) add(TokenKind::text, begin, begin + text.size());
    at_ = end;
  }

  /// At {{: whether "- " follows.
  bool left_trim_marker() const { return next_is(kOpen) && peek(2) == '-' && is_blank(peek(3)); }

  /// At }} or at the space of " -}}": the length of what ends the action, else 0.
  std::size_t closing() const {
    if (next_is(kClose)) return kClose.size();
    const bool trim = is_blank(peek(0)) && peek(1) == '-' && rest().substr(2).starts_with(kClose);
    return trim ? 2 + kClose.size() : 0;
  }

  void lex_action() {
    const std::size_t open = at_;
    const std::size_t marker = left_trim_marker() ? 2 : 0;
    if (rest().substr(kOpen.size() + marker).starts_with("/*")) return skip_comment(kOpen.size() + marker);
    add(TokenKind::open, open, open + kOpen.size() + marker);
    parentheses_ = 0;
    while (!fault_) {
      if (const std::size_t length = closing(); length != 0) return close(length);
      if (at_ >= source_.size()) return stop(open, "unclosed action: {{ without }}");
      lex_inside();
    }
  }

  void close(std::size_t length) {
    if (parentheses_ > 0) return stop(at_, "unclosed left parenthesis");
    add(TokenKind::close, at_, at_ + length);
    if (length > kClose.size()) trim_start();
  }

  void trim_start() { at_ = std::min(source_.find_first_not_of(kSpaces, at_), source_.size()); }

  void skip_comment(std::size_t opening) {
    const std::size_t begin = at_;
    const std::size_t end = source_.find("*/", at_ + opening + 2);
    if (end == std::string_view::npos) return stop(begin, "unclosed comment: /* without */");
    at_ = end + 2;
    const std::size_t length = closing();
    if (length == 0) return stop(begin, "a comment must fill its braces: {{/* ... */}}");
    at_ += length;
    if (length > kClose.size()) trim_start();
  }

  void lex_inside() {
    const char c = peek(0);
    if (is_blank(c)) {
      after_space_ = true;
      ++at_;
      return;
    }
    switch (c) {
      case '|':
        return add(TokenKind::pipe, at_, at_ + 1);
      case ',':
        return add(TokenKind::comma, at_, at_ + 1);
      case '=':
        return add(TokenKind::assign, at_, at_ + 1);
      case '"':
        return lex_quoted(TokenKind::string, '"', "unterminated quoted string");
      case '\'':
        return lex_quoted(TokenKind::character, '\'', "unterminated character constant");
      case '`':
        return lex_raw_string();
      case '$':
        return lex_name(TokenKind::variable);
      case '(':
        ++parentheses_;
        return add(TokenKind::left_parenthesis, at_, at_ + 1);
      case ')':
        return lex_right_parenthesis();
      case ':':
        return lex_declare();
      case '.':
        return lex_dot();
      default:
        break;
    }
    if (is_digit(c) || c == '+' || c == '-') return lex_number();
    const Rune rune = rune_at(source_, at_);
    if (c == '_' || is_letter_or_digit(rune.code)) return lex_name(TokenKind::word);
    stop(at_, fmt::format("unexpected {} inside {{{{ }}}}", quote(source_.substr(at_, rune.length))));
  }

  void lex_right_parenthesis() {
    if (--parentheses_ < 0) return stop(at_, "unexpected right parenthesis");
    add(TokenKind::right_parenthesis, at_, at_ + 1);
  }

  void lex_declare() {
    if (!next_is(":=")) return stop(at_, "expected := here");
    add(TokenKind::declare, at_, at_ + 2);
  }

  void lex_dot() {
    if (is_digit(peek(1))) return lex_number();
    lex_name(TokenKind::field);
    if (!fault_ && tokens_.back().text == ".") tokens_.back().kind = TokenKind::dot;
  }

  /// One sign character or none, then letters, digits and underscores.
  void lex_name(TokenKind kind) {
    const std::size_t begin = at_;
    std::size_t end = begin + (kind == TokenKind::word ? 0 : 1);
    while (end < source_.size()) {
      const Rune rune = rune_at(source_, end);
      if (rune.code != '_' && !is_letter_or_digit(rune.code)) break;
      end += rune.length;
    }
    add(kind, begin, end);
    if (!at_terminator()) {
      const std::size_t length = rune_at(source_, at_).length;
      stop(at_, fmt::format("unexpected {} after {}{}", quote(source_.substr(at_, length)),
                            source_.substr(begin, end - begin),
                            peek(0) == '-' ? "; a label with such a name is read by index $labels \"name\"" : ""));
    }
  }

  bool at_terminator() const {
    constexpr std::string_view kTerminators = ".,|:()";
    return at_ >= source_.size() || is_blank(peek(0)) || kTerminators.find(peek(0)) != std::string_view::npos ||
           next_is(kClose);
  }

  /// All that could belong to a number; the parser finds out whether it is one.
  void lex_number() {
    std::size_t end = at_ + 1;
    const auto is_sign_of_exponent = [this](std::size_t at) {
      constexpr std::string_view kExponents = "eEpP";
      return (source_[at] == '+' || source_[at] == '-') && kExponents.find(source_[at - 1]) != std::string_view::npos;
    };
    while (end < source_.size()) {
      const char c = source_[end];
      const bool part = c == '.' || c == '_' ||
                        (static_cast<unsigned char>(c) < 0x80 && is_letter_or_digit(static_cast<unsigned char>(c)));
      if (!part && !is_sign_of_exponent(end)) break;
      ++end;
    }
    add(TokenKind::number, at_, end);
  }

  void lex_quoted(TokenKind kind, char quote_mark, std::string_view unterminated) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote_mark && source_[end] != '\n') {
      end += source_[end] == '\\' ? 2 : 1;
    }
    if (end >= source_.size() || source_[end] == '\n') return stop(at_, std::string(unterminated));
    add(kind, at_, end + 1);
  }

  void lex_raw_string() {
    const std::size_t end = source_.find('`', at_ + 1);
    if (end == std::string_view::npos) return stop(at_, "unterminated raw quoted string");
    add(TokenKind::raw_string, at_, end + 1);
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int parentheses_ = 0;
  bool after_space_ = false;
  std::vector<Token> tokens_;
  std::optional<TemplateFault> fault_;
};

}  // namespace

std::expected<std::vector<Token>, TemplateFault> tokenize(std::string_view source) {
  return Lexer(source).run();
}

TemplateFault fault_at(std::string_view source, std::size_t at, std::string text) {
  const std::string_view before = source.substr(0, std::min(at, source.size()));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return {.line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
          .column = static_cast<int>(rune_count(before.substr(line_start))) + 1,
          .text = std::move(text)};
}

}  // namespace tocsin::templates
