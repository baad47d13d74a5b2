#include "tests/simulation/joined_text.h"

#include <re2/re2.h>

namespace tocsin::sim {
namespace {

constexpr const char* kLabelled =
    R"re(label_join\(([^\n]*)\n, "__tocsin_rule__", "(\w+)", "__tocsin_rule__", "__tocsin_rule__"\))re";

}  // namespace

std::optional<std::vector<AskedQuery>> read_queries(std::string text) {
  static const RE2 labelled(kLabelled);
  static const RE2 pair(R"(\(x or x\))");
  if (!text.starts_with('(')) return std::vector<AskedQuery>{{text, std::nullopt}};
  std::vector<AskedQuery> asked;
  re2::StringPiece rest(text);
  std::string query, member;
  while (RE2::FindAndConsume(&rest, labelled, &query, &member)) asked.push_back({query, member});
  RE2::GlobalReplace(&text, labelled, "x");
  while (RE2::GlobalReplace(&text, pair, "x") > 0) {
  }
  if (text != "x") return std::nullopt;
  return asked;
}

}  // namespace tocsin::sim
