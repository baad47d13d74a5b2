#include "rules/matcher_classic.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tocsin {
namespace {

// The two-character ones first, so that "=~" is not read as "=" and "~".
constexpr std::array<MatchOperator, 4> kOperators{
    {{"=~", MatchKind::regex}, {"!=", MatchKind::not_equal}, {"!~", MatchKind::not_regex}, {"=", MatchKind::equal}}};

/// The classic grammar's value: quotes optional, \n \" \\ are escapes, any other backslash is itself.
std::optional<std::string> classic_value(std::string_view raw) {
  const bool quoted = raw.starts_with('"');
  if (quoted && (raw.size() < 2 || !raw.ends_with('"'))) return std::nullopt;
  if (quoted) raw = raw.substr(1, raw.size() - 2);
  std::string value;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
    const bool escape = raw[at] == '\\' && (next == 'n' || next == '"' || next == '\\');
    if (raw[at] == '"' || (quoted && raw[at] == '\\' && at + 1 == raw.size())) return std::nullopt;
    value += escape && next == 'n' ? '\n' : (escape ? next : raw[at]);
    if (escape) ++at;
  }
  return value;
}

std::string_view trim_space(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\f\r\v";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<Matcher> classic_matcher(std::string_view text) {
  constexpr std::string_view kNameStart = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:";
  constexpr std::string_view kNameRest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";
  text = trim_space(text);
  const std::size_t name_end = std::min(text.find_first_not_of(kNameRest), text.size());
  if (name_end == 0 || kNameStart.find(text.front()) == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trim_space(text.substr(name_end));
  const MatchOperator* found = match_operator_at(rest);
  if (found == nullptr) return std::nullopt;
  auto value = classic_value(trim_space(rest.substr(found->text.size())));
  if (!value) return std::nullopt;
  auto matcher = Matcher::make(std::string(text.substr(0, name_end)), found->kind, *std::move(value));
  return matcher ? std::optional(*std::move(matcher)) : std::nullopt;
}

/// Commas outside of quotes part the matchers.
std::vector<std::string_view> split_classic(std::string_view text) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (text[at] == ',' && !quoted) {
      parts.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  if (!trim_space(text.substr(begin)).empty()) parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

const MatchOperator* match_operator_at(std::string_view text) {
  for (const MatchOperator& each : kOperators) {
    if (text.starts_with(each.text)) return &each;
  }
  return nullptr;
}

std::optional<std::vector<Matcher>> parse_classic_matchers(std::string_view text) {
  text = trim_space(text);
  // One brace alone belongs to the value: foo=~a{2}
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  std::vector<Matcher> matchers;
  for (const std::string_view part : split_classic(text)) {
    auto matcher = classic_matcher(part);
    if (!matcher) return std::nullopt;
    matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

}  // namespace tocsin
