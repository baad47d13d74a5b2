// Alertmanager's classic matcher grammar, and the operators that it shares with the UTF-8 grammar of parse_matchers().
// Source: prometheus/alertmanager pkg/labels.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rules/matcher.h"

namespace tocsin {

struct MatchOperator {
  std::string_view text;
  MatchKind kind;
};

/// The operator that `text` begins with, or null.
const MatchOperator* match_operator_at(std::string_view text);

/// nullopt where the text is none of this grammar or a regular expression in it does not compile.
std::optional<std::vector<Matcher>> parse_classic_matchers(std::string_view text);

}  // namespace tocsin
