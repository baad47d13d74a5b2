#include "rules/template/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "agent/base/text.h"
#include "rules/template/limits.h"
#include "rules/unicode.h"

namespace tocsin::templates {
namespace {

using Groups = std::vector<re2::StringPiece>;

std::string_view view(const re2::StringPiece& piece) {
  return piece.data() == nullptr ? std::string_view() : std::string_view(piece.data(), piece.size());
}

std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const Rune rune = rune_at(text, length);
    if (rune.code != '_' && !is_letter_or_digit(rune.code)) break;
    length += rune.length;
  }
  return length;
}

std::string_view group_text(const re2::RE2& regex, const Groups& groups, std::string_view name) {
  std::size_t index = groups.size();
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool number = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  if (!number) {
    const auto& names = regex.NamedCapturingGroups();
    const auto found = names.find(std::string(name));
    index = found == names.end() ? groups.size() : static_cast<std::size_t>(found->second);
  }
  return index < groups.size() ? view(groups[index]) : std::string_view();
}

/// `rest` begins with the dollar sign. Appends what it stands for; returns the bytes read.
std::size_t expand_dollar(const re2::RE2& regex, const Groups& groups, std::string_view rest, std::string& out) {
  if (rest.substr(1).starts_with('$')) {
    out += '$';
    return 2;
  }
  const bool braces = rest.substr(1).starts_with('{');
  const std::size_t begin = braces ? 2 : 1;
  const std::size_t length = name_length(rest.substr(begin));
  const std::size_t end = begin + length;
  if (length == 0 || (braces && !rest.substr(end).starts_with('}'))) {
    out += '$';  // no group's name follows: the dollar is itself
    return 1;
  }
  out += group_text(regex, groups, rest.substr(begin, length));
  return braces ? end + 1 : end;
}

void expand(const re2::RE2& regex, const Groups& groups, std::string_view replacement, std::string& out) {
  std::size_t at = 0;
  while (at < replacement.size() && out.size() <= kTextBytesMax) {
    const std::size_t dollar = std::min(replacement.find('$', at), replacement.size());
    out += replacement.substr(at, dollar - at);
    at = dollar;
    if (at < replacement.size()) at += expand_dollar(regex, groups, replacement.substr(at), out);
  }
}

}  // namespace

std::expected<Regex, std::string> compile_regex(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexBytesMax);
  auto regex = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    return std::unexpected(fmt::format("{} is no regular expression (RE2): {}", quote(pattern), regex->error()));
  }
  return regex;
}

bool found_in(const re2::RE2& regex, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

std::string replace_all(const re2::RE2& regex, std::string_view replacement, std::string_view text) {
  const re2::StringPiece subject(text.data(), text.size());
  Groups groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
  std::string out;
  std::size_t copied = 0;  // all before it is in `out`
  std::size_t search = 0;
  while (
      search <= text.size() && out.size() <= kTextBytesMax &&
      regex.Match(subject, search, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - subject.data());
    const std::size_t end = begin + groups[0].size();
    out += text.substr(copied, begin - copied);
    // An empty match right behind another match is not one of its own.
    if (end > copied || begin == 0) expand(regex, groups, replacement, out);
    copied = end;
    const std::size_t step = search < text.size() ? rune_at(text, search).length : 1;
    search = std::max(end, search + step);
  }
  out += text.substr(copied);
  return out;
}

}  // namespace tocsin::templates
