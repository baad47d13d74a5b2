// parse_matchers: Alertmanager's two grammars. The UTF-8 one is tried first; what it refuses may still be the classic
// one's (a bare regular expression with braces, a backslash that is no escape). Where both take a text, the UTF-8 one
// decides. Source: prometheus/alertmanager matcher/parse, pkg/labels.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/text.h"
#include "rules/go_string.h"
#include "rules/matcher.h"
#include "rules/matcher_classic.h"
#include "rules/unicode.h"

namespace tocsin {
namespace {

constexpr std::string_view kReserved = "{}!=~,\\\"'`";

void skip_space(std::string_view text, std::size_t& at) {
  while (at < text.size()) {
    const Rune rune = rune_at(text, at);
    if (!is_space(rune.code)) return;
    at += rune.length;
  }
}

/// Reads one text in the UTF-8 grammar: names and values are bare words or Go's double-quoted strings.
class Utf8Parser {
 public:
  explicit Utf8Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Matcher>> parse() {
    std::vector<Matcher> matchers;
    const bool braces = accept('{');
    while (!done() && !next_is('}')) {
      auto matcher = parse_matcher();
      if (!matcher) return std::unexpected(matcher.error());
      matchers.push_back(*std::move(matcher));
      if (!accept(',') && !done() && !next_is('}')) return expected("a comma or the end");
    }
    if (braces && !accept('}')) return expected("a closing brace");
    if (!done()) return expected(braces ? "the end" : "an opening brace at the start");
    return matchers;
  }

 private:
  Result<Matcher> parse_matcher() {
    auto name = parse_word("a label name");
    if (!name) return std::unexpected(name.error());
    skip_space(text_, at_);
    const MatchOperator* found = match_operator_at(text_.substr(at_));
    if (found == nullptr) return expected("one of = != =~ !~");
    at_ += found->text.size();
    auto value = parse_word("a value (an empty one is written \"\")");
    if (!value) return std::unexpected(value.error());
    return Matcher::make(*std::move(name), found->kind, *std::move(value));
  }

  Result<std::string> parse_word(std::string_view what) {
    if (next_is('"')) return parse_quoted();
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const Rune rune = rune_at(text_, at_);
      if (is_space(rune.code) || kReserved.find(text_[at_]) != std::string_view::npos) break;
      at_ += rune.length;
    }
    if (at_ == begin) return expected(what);
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<std::string> parse_quoted() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fault(begin - 1, "the string that begins here has no closing quote");
    auto value = unescape_go(text_.substr(begin, at_ - begin));
    if (!value)
      return fault(begin - 1, "the string that begins here has an invalid escape; write \\\\ for a backslash");
    ++at_;
    return *std::move(value);
  }

  bool next_is(char c) {
    skip_space(text_, at_);
    return at_ < text_.size() && text_[at_] == c;
  }
  bool accept(char c) {
    const bool accepted = next_is(c);
    if (accepted) ++at_;
    return accepted;
  }
  bool done() {
    skip_space(text_, at_);
    return at_ >= text_.size();
  }
  std::unexpected<Error> expected(std::string_view what) { return fault(at_, fmt::format("expected {}", what)); }
  std::unexpected<Error> fault(std::size_t at, std::string_view what) {
    const std::size_t column = rune_count(text_.substr(0, std::min(at, text_.size()))) + 1;
    return fail(fmt::format("matcher {} at character {}: {}", quote(text_), column, what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Matcher>> parse_matchers(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return fail("an empty matcher; write one like severity=~\"SEV1|SEV2\"");
  auto matchers = Utf8Parser(text).parse();
  if (matchers) return matchers;
  if (auto classic = parse_classic_matchers(text)) return *std::move(classic);
  return matchers;
}

}  // namespace tocsin
