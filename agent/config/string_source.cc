#include "agent/config/string_source.h"

#include <cstddef>

#include "agent/base/text.h"

namespace tocsin {
namespace {

/// Walks the file's text, code point by code point, and counts lines and columns.
class Cursor {
 public:
  Cursor(std::string_view text, int line) : text_(text), line_(line) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
  int line() const { return line_; }
  int column() const { return column_; }

  void next() {
    if (at_end()) return;
    const std::size_t length = utf8_length(text_, at_);
    const bool newline = text_[at_] == '\n';
    at_ += length == 0 ? 1 : length;
    line_ += newline ? 1 : 0;
    column_ = newline ? 1 : column_ + 1;
  }
  void next(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) next();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int line_;
  int column_ = 1;
};

struct Quotes {
  std::string_view mark;
  bool escapes;
  bool many_lines;
};

Quotes quotes_at(const Cursor& cursor) {
  if (cursor.starts_with("\"\"\"")) return {"\"\"\"", true, true};
  if (cursor.starts_with("'''")) return {"'''", false, true};
  if (cursor.starts_with("\"")) return {"\"", true, false};
  return {"'", false, false};
}

void skip_newline(Cursor& cursor) {
  if (cursor.starts_with("\r\n")) cursor.next();
  if (cursor.peek() == '\n') cursor.next();
}

/// A backslash at a line's end swallows the line end and the blanks that follow.
void skip_line_continuation(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.next();
  while (ahead.peek() == ' ' || ahead.peek() == '\t' || ahead.peek() == '\r') ahead.next();
  if (cursor.peek() != '\\' || ahead.peek() != '\n') return;
  while (ahead.peek() == ' ' || ahead.peek() == '\t' || ahead.peek() == '\r' || ahead.peek() == '\n') ahead.next();
  cursor = ahead;
}

/// Code points of the file that make the next character of the value.
std::size_t written_length(const Cursor& cursor, const Quotes& quotes) {
  if (!quotes.escapes || cursor.peek() != '\\') return 1;
  if (cursor.peek(1) == 'u') return 6;
  return cursor.peek(1) == 'U' ? 10 : 2;
}

}  // namespace

Place place_in_string(std::string_view text, const Place& literal, int line, int column) {
  Cursor cursor(text, literal.line);
  cursor.next(static_cast<std::size_t>(literal.column) - 1);
  const Quotes quotes = quotes_at(cursor);
  cursor.next(quotes.mark.size());
  if (quotes.many_lines) skip_newline(cursor);
  for (int at_line = 1, at_column = 1; !cursor.at_end();) {
    if (quotes.escapes && quotes.many_lines) skip_line_continuation(cursor);
    const bool reached = at_line > line || (at_line == line && at_column >= column);
    if (reached || cursor.starts_with(quotes.mark)) break;
    const std::size_t length = written_length(cursor, quotes);
    const bool newline = cursor.peek() == '\n' || (length == 2 && cursor.peek(1) == 'n');
    cursor.next(length);
    at_line += newline ? 1 : 0;
    at_column = newline ? 1 : at_column + 1;
  }
  return {literal.file, cursor.line(), cursor.column()};
}

}  // namespace tocsin
