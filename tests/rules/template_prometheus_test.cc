// The same templates, rendered by a real Prometheus as annotations of alerting rules and by Template.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "rules/template/template.h"
#include "tests/support/prometheus_process.h"

namespace tocsin {
namespace {

using nlohmann::json;

constexpr std::string_view kExternalUrl = "http://prometheus.example.org:9090/a%20b";
constexpr std::string_view kErrorStart = "<error expanding template: error executing template";

const std::vector<Labels::Pair> kLabels = {{"dash", "a-b c_d"},
                                           {"empty_port", "host.example.org:"},
                                           {"instance", "node-1.example.org:9100"},
                                           {"ip", "192.0.2.1:12345"},
                                           {"ip6", "[2001:db8::1]:12345"},
                                           {"job", "aa bb CC"},
                                           {"markup", "<b>\"x\" & 'y'"},
                                           {"number", "12.5"},
                                           {"unicode", "grüße über ñandú дом"},
                                           {"words", "one,two;three"}};
const std::vector<Labels::Pair> kExternalLabels = {{"cluster", "staging"}, {"region", "eu 1"}};

/// PromQL literals.
const std::vector<std::pair<std::string, double>> kValues = {{"0", 0.0},
                                                             {"1", 1.0},
                                                             {"-1", -1.0},
                                                             {"0.05", 0.05},
                                                             {"0.12", 0.12},
                                                             {"0.22222", 0.22222},
                                                             {"-0.0001", -0.0001},
                                                             {"0.00001", 0.00001},
                                                             {"1.2345", 1.2345},
                                                             {"12.345", 12.345},
                                                             {"59.9999", 59.9999},
                                                             {"60.5", 60.5},
                                                             {"899.99", 899.99},
                                                             {"999.99", 999.99},
                                                             {"3600", 3600.0},
                                                             {"-183845", -183845.0},
                                                             {"90000", 90000.0},
                                                             {"999999", 999999.0},
                                                             {"1000000", 1000000.0},
                                                             {"1048576", 1048576.0},
                                                             {"1234567.891", 1234567.891},
                                                             {"123456789", 123456789.0},
                                                             {"1435065584.128", 1435065584.128},
                                                             {"-1.5", -1.5},
                                                             {"9007199254740993", 9007199254740993.0},
                                                             {"1e21", 1e21},
                                                             {"1.5e300", 1.5e300},
                                                             {"5e-324", 5e-324},
                                                             {"NaN", std::numeric_limits<double>::quiet_NaN()},
                                                             {"Inf", std::numeric_limits<double>::infinity()},
                                                             {"-Inf", -std::numeric_limits<double>::infinity()}};

const std::vector<std::string> kTemplates = {
    // Values and text.
    R"t(plain text, no braces)t",
    R"t({{ $value }})t",
    R"t({{ .Value }} {{ $.Value }})t",
    R"t({{$value}})t",
    R"t(a {{- $value -}} b)t",
    "a\n  {{- /* comment */ -}}  \n b",
    R"t({{/* comment */}}c)t",
    R"t({{ -3 }} {{ +4 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 'x' }} {{ 1e3 }} {{ 0x1p-2 }} {{ .5 }})t",
    R"t({{ "\t\"q\" \u00fc \x41 \101" }} {{ `raw \n` }})t",
    R"t({{ true }} {{ false }})t",
    R"t({{ $labels }})t",
    R"t({{ .Labels }})t",
    R"t({{ $externalLabels }} {{ .ExternalLabels.cluster }})t",
    R"t({{ $labels.instance }} {{ .Labels.job }} {{ $.Labels.number }} {{ ($labels).ip }})t",
    R"t({{ $labels.nope }}|{{ $externalLabels.nope }}|)t",
    R"t({{ $labels.instance.foo }})t",
    R"t({{ $value.foo }})t",
    R"t({{ $externalURL }} {{ .ExternalURL }} {{ externalURL }} {{ pathPrefix }})t",
    // Control.
    R"t({{ if $value }}yes{{ else }}no{{ end }})t",
    R"t({{ if $labels.nope }}a{{ else if $labels.job }}b{{ else }}c{{ end }})t",
    R"t({{ if and $labels.job $labels.ip }}both{{ end }})t",
    R"t({{ and $labels.job 0 "x" }} {{ or "" 0 "last" }} {{ or 0 "" }} {{ not $value }} {{ not $labels.nope }})t",
    R"t({{ and false (humanize "one") }} {{ or true (humanize "one") }})t",
    R"t({{ if gt $value 0.5 }}above{{ else }}below{{ end }})t",
    R"t({{ if gt $value 5 }}above{{ end }})t",
    R"t({{ eq $value 0.05 1.0 }} {{ ne $value 1.0 }} {{ lt $value 1.0 }} {{ le $value 1.0 }} {{ gt $value 1.0 }} {{ ge $value 1.0 }})t",
    R"t({{ eq $labels.job "aa bb CC" }} {{ eq "a" "b" "a" }} {{ lt "a" "b" }} {{ eq true true }} {{ eq 1 1 }} {{ gt 2 1 }})t",
    R"t({{ eq $value "x" }})t",
    R"t({{ lt true false }})t",
    R"t({{ eq $labels $labels }})t",
    R"t({{ eq $labels.job nil }} {{ eq nil nil }} {{ ne nil 1 }})t",
    R"t({{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }})t",
    R"t({{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }})t",
    R"t({{ $x := $value }}{{ $x }} {{ $y := $x | humanize }}{{ $y }})t",
    R"t({{ if $x := $labels.job }}{{ $x }}{{ else }}{{ len $x }}{{ end }})t",
    R"t({{ $value | printf "%.2f" | toUpper | printf "%s!" }})t",
    R"t({{ printf "%s %s" ($labels.job | toUpper) (printf "%.1f" $value) }})t",
    // Prometheus's functions.
    R"t({{ humanize $value }} {{ $value | humanize }})t",
    R"t({{ humanize1024 $value }})t",
    R"t({{ humanizeDuration $value }})t",
    R"t({{ humanizePercentage $value }})t",
    R"t({{ humanizeTimestamp $value }})t",
    R"t({{ humanize ".12" }} {{ humanize $labels.number }} {{ humanize 9223372036854775807 }} {{ humanize -1 }})t",
    R"t({{ humanize "one" }})t",
    R"t({{ humanize $labels }})t",
    R"t({{ humanize true }})t",
    R"t({{ humanizePercentage 1234567 }} {{ humanizeDuration 86400 }} {{ humanize1024 9223372036854775807 }})t",
    R"t({{ humanizeTimestamp 9223372036 }} {{ humanizeTimestamp -1 }} {{ humanizeTimestamp 1e3 }})t",
    R"t({{ humanizeTimestamp 9223372036854775807 }})t",
    R"t({{ $labels.job | title }} {{ $labels.job | toUpper }} {{ $labels.job | toLower }} {{ title $labels.dash }})t",
    R"t({{ $labels.unicode | title }} {{ $labels.unicode | toUpper }} {{ $labels.unicode | toLower }})t",
    R"t({{ title "it's o'clock, mother-in-law_x 1st" }})t",
    R"t({{ toUpper $value }})t",
    R"t({{ reReplaceAll "(.*):\\d+" "$1" $labels.instance }} {{ reReplaceAll "(a)b" "x$1" "ab" }})t",
    R"t({{ reReplaceAll "(?P<host>[^:]+):(\\d+)" "${host}!$2 $$ $3 ${host" $labels.instance }} {{ reReplaceAll "a" "$1x-$" "banana" }})t",
    R"t({{ reReplaceAll "x*" "-" "abc" }} {{ reReplaceAll "" "ü" "añb" }} {{ reReplaceAll "b*" "-" "abbc" }})t",
    R"t({{ reReplaceAll "^a" "x" "aaa" }} {{ reReplaceAll "\\bb" "x" "bb b" }} {{ reReplaceAll "a$" "x" "aaa" }})t",
    R"t({{ reReplaceAll $labels.job "x" $labels.job }} {{ $labels.words | reReplaceAll "[,;]" " " }})t",
    R"t({{ match "a+" "aa" }} {{ match "a+" "b" }} {{ match "^node" $labels.instance }} {{ match "(?i)AA" $labels.job }})t",
    R"t({{ match (print "(" "a") "aa" }})t",
    R"t({{ stripPort $labels.instance }} {{ stripPort $labels.ip }} {{ stripPort $labels.ip6 }} {{ stripPort "[2001:db8::1]::1" }} {{ stripPort $labels.empty_port }} {{ stripPort "x" }})t",
    R"t({{ stripDomain $labels.instance }} {{ stripDomain $labels.ip }} {{ stripDomain $labels.ip6 }} {{ stripDomain $labels.empty_port }} {{ stripDomain "a.b.c" }} {{ stripDomain "2001:db8::1" }})t",
    R"t({{ printf "%0.2f" (parseDuration "1h2m10ms") }} {{ parseDuration "1d" }} {{ parseDuration "0" }})t",
    R"t({{ parseDuration "1x" }})t",
    R"t({{ graphLink "up{job='a b'} > 1" }} {{ tableLink "up+1" }})t",
    R"t({{ html nil 1 }} {{ html $labels.markup }} {{ urlquery $labels.markup "&" }} {{ html 1 2 "a" 3 }})t",
    // Go's builtins.
    R"t({{ len $labels }} {{ len $labels.job }} {{ len "ü" }})t",
    R"t({{ len $value }})t",
    R"t({{ index $labels "job" }} {{ index $labels "nope" }} {{ index "abc" 1 }})t",
    R"t({{ index $labels 1 }})t",
    R"t({{ index "abc" 7 }})t",
    R"t({{ slice "abcdef" 1 3 }} {{ slice "abc" 1 }} {{ slice "abc" }})t",
    R"t({{ slice "abc" 2 1 }})t",
    R"t({{ print $value 1 "a" 2 3 true nil }} {{ println "a" 1 $value }})t",
    // printf.
    R"t({{ printf "%v %g %e %f %G %E %F" $value $value $value $value $value $value $value }})t",
    R"t({{ printf "%.0f %.1f %.3e %.4g %.10g %5.1f| %-8.2f|%08.3f|%+.2f|% .2f|%+g" $value $value $value $value $value $value $value $value $value $value $value }})t",
    R"t({{ printf "%d %s %t %q %c %U" $value $value $value $value $value $value }})t",
    R"t({{ printf "%d %5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U" 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42 42 }})t",
    R"t({{ printf "%d %x %08x %.5d %8.5d %-8.5d| %+.3d %#b %06d" -42 -42 -42 -42 42 42 42 5 -7 }})t",
    R"t({{ printf "%s|%10s|%-10s|%.2s|%q|%x|%X|% x|%#x|% #x|%5.1s|%08s|%+q|%#q|%v|%#v" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" "aü" }})t",
    R"t({{ printf "%d %f %5d" "text" "text" "t" }})t",
    R"t({{ printf "%t %v %s %d %6t|%-6v|" true false true true true false }})t",
    R"t({{ printf "%v %s %q %d %#v" $labels $externalLabels $externalLabels $externalLabels $externalLabels }})t",
    R"t({{ printf "%T %T %T %T %T %T" $value 1 "a" true $labels nil }})t",
    R"t({{ printf "%v %s %d" nil nil nil }})t",
    R"t({{ printf "%d" }} {{ printf "%d %d" 1 }} {{ printf "x" 1 "a" $value nil }} {{ printf "%" }} {{ printf "%!" 1 }} {{ printf "100%%" }} {{ printf "%z" 1 }} {{ printf "%-010d|" 5 }})t",
    R"t({{ printf "%[2]d %[1]d" 1 2 }} {{ printf "%[3]d" 1 }} {{ printf "%[1]s %[1]q" "a" }} {{ printf "%[x]d" 1 }} {{ printf "%[1" 1 }} {{ printf "%[2]*[1]d|" 1 5 }} {{ printf "%[1]5d" 1 }})t",
    R"t({{ printf "%*d|%-*d|%.*f" 5 1 5 1 2 3.14159 }} {{ printf "%*d" "a" 1 }} {{ printf "%.*d" -1 7 }} {{ printf "%99999999d" 1 }})t",
    R"t({{ printf "%6.2f%%" 99.5 }} {{ printf "%v" 1e6 }} {{ printf "%v" 123456.0 }} {{ printf "%+v" 1.5 }} {{ printf "%#g %#.3f" 1.5 2.0 }})t",
    R"t({{ printf $value }})t",
    R"t({{ printf (print "%" "d") 7 }})t",
};

json label_map(const std::vector<Labels::Pair>& labels) {
  json map = json::object();
  for (const auto& [name, value] : labels) map[name] = value;
  return map;
}

std::string expression(const std::string& value) {
  std::string text = fmt::format("vector({})", value);
  for (const auto& [name, label] : kLabels) {
    text = fmt::format("label_replace({}, \"{}\", {}, \"\", \"\")", text, name, json(label).dump());
  }
  return text;
}

std::string rule_file() {
  json annotations = json::object();
  for (std::size_t i = 0; i < kTemplates.size(); ++i) annotations[fmt::format("t{}", i)] = kTemplates[i];
  json rules = json::array();
  for (std::size_t i = 0; i < kValues.size(); ++i) {
    rules.push_back(
        {{"alert", fmt::format("v{}", i)}, {"expr", expression(kValues[i].first)}, {"annotations", annotations}});
  }
  return json{{"groups", {{{"name", "templates"}, {"interval", "1s"}, {"rules", rules}}}}}.dump();
}

/// YAML is a superset of JSON.
test::PrometheusSetup setup() {
  const json config{{"global", {{"external_labels", label_map(kExternalLabels)}}}, {"rule_files", {"rules.yml"}}};
  return {.config = config.dump(),
          .files = {{"rules.yml", rule_file()}},
          .external_url = std::string(kExternalUrl),
          .flags = {}};
}

/// The annotations by alert name, once every rule has its alert.
std::map<std::string, json> annotations_by_alert(const test::PrometheusProcess& prometheus) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::map<std::string, json> found;
  while (found.size() < kValues.size() && std::chrono::steady_clock::now() < deadline) {
    const auto reply = prometheus.get("/api/v1/alerts");
    const json body = reply ? json::parse(reply->body, nullptr, false) : json();
    if (!body.is_object()) continue;
    for (const json& alert : body.at("data").at("alerts")) {
      found[alert["labels"]["alertname"]] = alert["annotations"];
    }
    if (found.size() < kValues.size()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return found;
}

/// Both say that it failed; the words behind that are each program's own.
bool same(const std::string& ours, const std::string& theirs) {
  if (theirs.starts_with(kErrorStart)) return ours.starts_with(kErrorStart);
  return ours == theirs;
}

TEST(TemplatePrometheus, RendersEveryTemplateAsARealPrometheusDoes) {
  const auto prometheus = test::PrometheusProcess::start(setup());
  ASSERT_TRUE(prometheus) << prometheus.error().text;
  const auto theirs = annotations_by_alert(**prometheus);
  ASSERT_EQ(theirs.size(), kValues.size());
  const Labels labels(kLabels);
  const Labels external_labels(kExternalLabels);
  for (std::size_t i = 0; i < kTemplates.size(); ++i) {
    const auto parsed = Template::parse(kTemplates[i]);
    ASSERT_TRUE(parsed) << kTemplates[i] << ": " << parsed.error().column << ": " << parsed.error().text;
    for (std::size_t j = 0; j < kValues.size(); ++j) {
      const std::string rendered = parsed->render({.labels = labels,
                                                   .external_labels = external_labels,
                                                   .external_url = kExternalUrl,
                                                   .value = kValues[j].second});
      const json& annotations = theirs.at(fmt::format("v{}", j));
      const std::string expected = annotations.value(fmt::format("t{}", i), "");
      EXPECT_PRED2(same, rendered, expected) << kTemplates[i] << " with $value " << kValues[j].first;
    }
  }
}

}  // namespace
}  // namespace tocsin
