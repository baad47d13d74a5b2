#include "tests/simulation/joined_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace tocsin::sim {
namespace {

constexpr const char* kLabelled =
    R"re(label_join\(([^\n]*)\n,'__tocsin_rule__','(\w+)','__tocsin_none__','__tocsin_none__'\))re";

/// Each rule once, then the mark.
bool are_in_order(const std::vector<AskedQuery>& asked) {
  for (std::size_t index = 0; index + 1 < asked.size(); ++index) {
    if (asked[index].member != fmt::format("q{}", index)) return false;
  }
  return asked.size() > 2 && asked.back().member == "asked";
}

}  // namespace

std::optional<std::vector<AskedQuery>> read_queries(std::string text) {
  static const RE2 labelled(kLabelled);
  static const RE2 pair(R"(\(x or x\))");
  if (!RE2::PartialMatch(text, "__tocsin_(rule|none)__")) return std::vector<AskedQuery>{{text, std::nullopt}};
  std::vector<AskedQuery> asked;
  re2::StringPiece rest(text);
  std::string query, member;
  while (RE2::FindAndConsume(&rest, labelled, &query, &member)) asked.push_back({query, member});
  RE2::GlobalReplace(&text, labelled, "x");
  while (RE2::GlobalReplace(&text, pair, "x") > 0) {
  }
  if (text != "x" || !are_in_order(asked)) return std::nullopt;
  return asked;
}

}  // namespace tocsin::sim
