// A Prometheus label matcher: `name = "value"`, !=, =~, !~. Regular expressions are RE2 and anchored like
// Alertmanager's (`^(?:RE)$`); a missing label equals the empty string. Names and values may be quoted (Go string
// escapes) or bare, and any UTF-8 (alertmanager matcher/parse).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/result.h"

namespace re2 {
class RE2;
}

namespace tocsin {

enum class MatchKind { equal, not_equal, regex, not_regex };

/// Immutable, any thread.
class Matcher {
 public:
  static Result<Matcher> make(std::string name, MatchKind kind, std::string value);
  bool matches(const Labels& labels) const;
  const std::string& name() const { return name_; }
  MatchKind kind() const { return kind_; }
  const std::string& value() const { return value_; }
  std::string text() const;  // severity=~"SEV1|SEV2"

  friend bool operator==(const Matcher& a, const Matcher& b) {
    return a.name_ == b.name_ && a.kind_ == b.kind_ && a.value_ == b.value_;
  }

 private:
  std::string name_;
  MatchKind kind_ = MatchKind::equal;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;
};

/// One string may hold several matchers, comma separated, braces optional: `{a="1", b=~"2|3"}`.
Result<std::vector<Matcher>> parse_matchers(std::string_view text);

bool all_match(const std::vector<Matcher>& matchers, const Labels& labels);

}  // namespace tocsin
