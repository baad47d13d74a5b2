#include "agent/poll/joined_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

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

bool is_one_argument(std::string_view query) {
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
      at = std::min(query.find_first_of("\r\n", at), query.size());
      if (at < query.size() && query[at] == '\r') return false;  // not every server ends a comment there
      continue;
    }
    if (c == ',' && open.empty()) return false;
    if (c == '(' || c == '[' || c == '{') open += closing(c);
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) return false;
      open.pop_back();
    }
    ++at;
  }
  return open.empty();
}

/// On no series: a stored one would give a value with the member in its middle, which is none of tocsin's. kMemberLabel
/// itself will not do: VictoriaMetrics looks a source up when the new label already has some older one's value.
constexpr std::string_view kEmptyLabel = "__tocsin_none__";

/// Joined of nothing and nothing, the label is the separator. label_replace() says that more plainly, but compiles a
/// regular expression each time. The line break ends a comment that the query may end with.
std::string labelled(std::string_view query, std::string_view member) {
  return fmt::format("label_join({0}\n,'{1}','{2}','{3}','{3}')", query, kMemberLabel, member, kEmptyLabel);
}

constexpr char kIndexPrefix = 'q';  // without it "1" between "1" and "1" would be the index 111

/// A tree of halves: each `or` looks at all series below it, so a chain would cost their square.
void append_tree(std::span<const std::string> members, std::string& out) {
  if (members.size() == 1) {
    out += members.front();
    return;
  }
  const std::size_t half = members.size() / 2;
  out += '(';
  append_tree(members.first(half), out);
  out += " or ";
  append_tree(members.subspan(half), out);
  out += ')';
}

}  // namespace

bool can_be_joined(std::string_view query) {
  return is_one_argument(query) && query.find(kMemberLabel) == std::string_view::npos;
}

std::string join_queries(std::span<const std::string_view> queries) {
  std::vector<std::string> members;
  members.reserve(queries.size() + 1);
  for (std::size_t index = 0; index < queries.size(); ++index) {
    members.push_back(labelled(queries[index], fmt::format("{}{}", kIndexPrefix, index)));
  }
  members.push_back(labelled(fmt::format("absent({{{}!=''}})", kMemberLabel), kAnsweredMember));
  std::string joined;
  append_tree(members, joined);
  return joined;
}

std::optional<std::size_t> member_of(std::string_view value) {
  if (!value.starts_with(kIndexPrefix)) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(value.data() + 1, value.data() + value.size(), index);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return index;
}

}  // namespace tocsin
