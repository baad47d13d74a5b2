#include "agent/poll/joined_query.h"

#include <fmt/format.h>

#include <optional>

namespace tocsin {
namespace {

constexpr char closing(char opening) {
  if (opening == '(') return ')';
  if (opening == '[') return ']';
  return '}';
}

/// Past the string that begins at `at`; nullopt where it does not end. Only `...` has no escapes.
std::optional<std::size_t> after_string(std::string_view query, std::size_t at) {
  const char quote = query[at];
  for (++at; at < query.size(); ++at) {
    if (query[at] == quote) return at + 1;
    if (query[at] == '\\' && quote != '`') ++at;
  }
  return std::nullopt;
}

bool is_balanced(std::string_view query) {
  std::string open;  // the brackets that are to come
  for (std::size_t at = 0; at < query.size();) {
    const char c = query[at];
    if (c == '"' || c == '\'' || c == '`') {
      const auto end = after_string(query, at);
      if (!end) return false;
      at = *end;
      continue;
    }
    if (c == '#') {
      at = std::min(query.find('\n', at), query.size());
      continue;
    }
    if (c == '(' || c == '[' || c == '{') open += closing(c);
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) return false;
      open.pop_back();
    }
    ++at;
  }
  return open.empty();
}

/// The line break ends a comment that the query may end with.
std::string labelled(std::string_view query, std::string_view member) {
  return fmt::format(R"(label_replace(({}{}), "{}", "{}", "", ""))", query, '\n', kMemberLabel, member);
}

/// A tree of halves: each `or` looks at all series below it, so a chain would cost their square.
std::string join(std::span<const std::string_view> queries, std::size_t first) {
  if (queries.size() == 1) return labelled(queries.front(), std::to_string(first));
  const std::size_t half = queries.size() / 2;
  return fmt::format("({} or {})", join(queries.first(half), first), join(queries.subspan(half), first + half));
}

}  // namespace

bool can_be_joined(std::string_view query) {
  return is_balanced(query) && query.find(kMemberLabel) == std::string_view::npos;
}

std::string join_queries(std::span<const std::string_view> queries) {
  return fmt::format("{} or {} or {}", join(queries, 0),
                     labelled(fmt::format(R"(count({{{}!=""}}))", kMemberLabel), "taken"),
                     labelled("vector(1)", kAnsweredMember));
}

}  // namespace tocsin
