#include "rules/template/functions.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "agent/base/nearest.h"
#include "agent/base/time.h"
#include "rules/template/comparison.h"
#include "rules/template/humanize.h"
#include "rules/template/printf.h"
#include "rules/template/text_functions.h"

namespace tocsin::templates {
namespace {

using Call = const FunctionCall&;

const std::string& text(Call call, std::size_t position) {
  return std::get<std::string>(call.arguments[position]);
}

/// One string in, one string out.
template <std::string (*kChange)(std::string_view)>
Outcome change(Call call) {
  return kChange(text(call, 0));
}

/// One number, or a text that is one, in; one string out.
template <std::string (*kFormat)(double)>
Outcome format(Call call) {
  const auto number = to_float(call.arguments[0]);
  if (!number) return std::unexpected(number.error());
  return kFormat(*number);
}

/// Any values, printed one after the other, then escaped.
template <std::string (*kEscape)(std::string_view)>
Outcome escape(Call call) {
  std::vector<Value> values(call.arguments.begin(), call.arguments.end());
  std::ranges::replace_if(
      values, [](const Value& value) { return std::holds_alternative<std::monostate>(value); }, Value("<no value>"));
  return kEscape(sprint(values));
}

Outcome negate(const Outcome& outcome) {
  if (!outcome) return outcome;
  return !truth(*outcome);
}

/// `pattern` is the one compiled with the template, or made here from the first argument.
template <class Use>
Outcome with_pattern(Call call, Use use) {
  if (call.pattern != nullptr) return use(*call.pattern);
  const auto regex = compile_regex(text(call, 0));
  if (!regex) return std::unexpected(regex.error());
  return use(**regex);
}

Outcome match(Call call) {
  return with_pattern(call, [&](const re2::RE2& regex) -> Outcome { return found_in(regex, text(call, 1)); });
}

Outcome replace(Call call) {
  return with_pattern(
      call, [&](const re2::RE2& regex) -> Outcome { return replace_all(regex, text(call, 1), text(call, 2)); });
}

Outcome timestamp(Call call) {
  const auto seconds = to_float(call.arguments[0]);
  if (!seconds) return std::unexpected(seconds.error());
  auto shown = humanize_timestamp(*seconds);
  if (!shown) return std::unexpected(shown.error());
  return *std::move(shown);
}

Outcome duration_seconds(Call call) {
  const auto duration = parse_duration(text(call, 0));
  if (!duration) return std::unexpected(duration.error().text);
  return in_seconds(*duration);
}

constexpr std::array kFunctions = std::to_array<Function>({
    {"and", "aa*"},
    {"eq", "aa*", [](Call call) { return equal(call.arguments); }},
    {"externalURL", "", [](Call call) -> Outcome { return std::string(call.data.external_url); }},
    {"ge", "aa", [](Call call) { return negate(less(call.arguments[0], call.arguments[1])); }},
    {"graphLink", "s", change<graph_link>},
    {"gt", "aa", [](Call call) { return negate(less_or_equal(call.arguments[0], call.arguments[1])); }},
    {"html", "a*", escape<escape_html>},
    {"humanize", "a", format<humanize>},
    {"humanize1024", "a", format<humanize1024>},
    {"humanizeDuration", "a", format<humanize_duration>},
    {"humanizePercentage", "a", format<humanize_percentage>},
    {"humanizeTimestamp", "a", timestamp},
    {"index", "aa*", [](Call call) { return index(call.arguments); }},
    {"le", "aa", [](Call call) { return less_or_equal(call.arguments[0], call.arguments[1]); }},
    {"len", "a", [](Call call) { return length(call.arguments[0]); }},
    {"lt", "aa", [](Call call) { return less(call.arguments[0], call.arguments[1]); }},
    {"match", "rs", match},
    {"ne", "aa", [](Call call) { return negate(equal(call.arguments)); }},
    {"not", "a", [](Call call) -> Outcome { return !truth(call.arguments[0]); }},
    {"or", "aa*"},
    {"parseDuration", "s", duration_seconds},
    {"pathPrefix", "", [](Call call) -> Outcome { return url_path(call.data.external_url); }},
    {"print", "a*", [](Call call) -> Outcome { return sprint(call.arguments); }},
    {"printf", "sa*", [](Call call) -> Outcome { return sprintf(text(call, 0), call.arguments.subspan(1)); }},
    {"println", "a*", [](Call call) -> Outcome { return sprintln(call.arguments); }},
    {"reReplaceAll", "rss", replace},
    {"slice", "aa*", [](Call call) { return slice(call.arguments); }},
    {"stripDomain", "s", change<strip_domain>},
    {"stripPort", "s", change<strip_port>},
    {"tableLink", "s", change<table_link>},
    {"title", "s", change<title>},
    {"toLower", "s", change<to_lower>},
    {"toUpper", "s", change<to_upper>},
    {"urlQueryEscape", "s", change<escape_url_query>},
    {"urlquery", "a*", escape<escape_url_query>},
});

struct Unsupported {
  std::string_view name;
  std::string_view why;
};
constexpr std::string_view kAsksPrometheus =
    "templates do not ask Prometheus: put what is needed into the rule's own query";
constexpr std::string_view kBelongsToQuery = "it works on the result of query, which templates here do not have";
constexpr std::string_view kNoLists = "there is no list to walk over here: $labels is read by name, like $labels.job";
constexpr std::string_view kOneText = "each annotation is one text of its own: write it out here";
constexpr std::string_view kNoTimes = "there are no time values here: use humanizeTimestamp or humanizeDuration";
constexpr std::string_view kNotHere = "it has no use in annotations and labels";

constexpr std::array kUnsupported = std::to_array<Unsupported>({
    {"query", kAsksPrometheus}, {"first", kBelongsToQuery},
    {"value", kBelongsToQuery}, {"strvalue", kBelongsToQuery},
    {"label", kBelongsToQuery}, {"sortByLabel", kBelongsToQuery},
    {"range", kNoLists},        {"break", kNoLists},
    {"continue", kNoLists},     {"with", "use {{ $x := ... }}{{ if $x }}...{{ end }}"},
    {"define", kOneText},       {"template", kOneText},
    {"block", kOneText},        {"tmpl", kOneText},
    {"args", kOneText},         {"toTime", kNoTimes},
    {"toDuration", kNoTimes},   {"now", kNoTimes},
    {"call", kNotHere},         {"js", kNotHere},
    {"safeHtml", kNotHere},
});

}  // namespace

char Function::parameter(std::size_t position) const {
  if (!variadic()) return parameters[position];
  return parameters[std::min(position, parameters.size() - 2)];
}

const Function* find_function(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kFunctions, name, {}, &Function::name);
  return found != kFunctions.end() && found->name == name ? found : nullptr;
}

std::string_view why_unsupported(std::string_view name) {
  const auto* const found = std::ranges::find(kUnsupported, name, &Unsupported::name);
  return found == kUnsupported.end() ? std::string_view() : found->why;
}

std::optional<std::string> nearest_function(std::string_view name) {
  std::vector<std::string> known(kFunctions.size());
  std::ranges::transform(kFunctions, known.begin(),
                         [](const Function& function) { return std::string(function.name); });
  return nearest(name, known);
}

}  // namespace tocsin::templates
