#include "rules/matcher.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr int64_t kRegexBytesMax = 1 << 20;

std::string_view symbol(MatchKind kind) {
  switch (kind) {
    case MatchKind::equal:
      return "=";
    case MatchKind::not_equal:
      return "!=";
    case MatchKind::regex:
      return "=~";
    case MatchKind::not_regex:
      return "!~";
  }
  return "=";
}

bool is_plain_name(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") ==
         std::string_view::npos;
}

Result<std::shared_ptr<const re2::RE2>> compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexBytesMax);
  auto regex = std::make_shared<const re2::RE2>(pattern, options);
  if (!regex->ok()) {
    return fail(fmt::format("{} is no regular expression (RE2): {}", quote(pattern), regex->error()));
  }
  return regex;
}

}  // namespace

Result<Matcher> Matcher::make(std::string name, MatchKind kind, std::string value) {
  if (name.empty()) return fail("a matcher needs a label name before its operator");
  if (valid_utf8(name) != name || valid_utf8(value) != value) {
    return fail(fmt::format("matcher on label {}: name and value must be UTF-8", quote(name)));
  }
  Matcher matcher;
  if (kind == MatchKind::regex || kind == MatchKind::not_regex) {
    auto regex = compile(value);
    if (!regex) return std::unexpected(regex.error());
    matcher.regex_ = *std::move(regex);
  }
  matcher.name_ = std::move(name);
  matcher.kind_ = kind;
  matcher.value_ = std::move(value);
  return matcher;
}

bool Matcher::matches(const Labels& labels) const {
  const std::string_view value = labels.get(name_);
  switch (kind_) {
    case MatchKind::equal:
      return value == value_;
    case MatchKind::not_equal:
      return value != value_;
    case MatchKind::regex:
      return re2::RE2::FullMatch(value, *regex_);
    case MatchKind::not_regex:
      return !re2::RE2::FullMatch(value, *regex_);
  }
  return false;
}

std::string Matcher::text() const {
  return fmt::format("{}{}{}", is_plain_name(name_) ? name_ : quote(name_), symbol(kind_), quote(value_));
}

bool all_match(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&labels](const Matcher& matcher) { return matcher.matches(labels); });
}

}  // namespace tocsin
