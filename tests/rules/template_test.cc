// What templates render to. The expected texts are Prometheus's.
#include "rules/template/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <ostream>
#include <string>

#include "rules/template/humanize.h"

namespace tocsin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string render(std::string_view text, double value = 0, const Labels& labels = {{"job", "api"}}) {
  const Labels external_labels{{"cluster", "staging"}};
  const auto parsed = Template::parse(text);
  if (!parsed) return "fault: " + parsed.error().text;
  return parsed->render({.labels = labels,
                         .external_labels = external_labels,
                         .external_url = "https://tocsin.example.org/base?x",
                         .value = value});
}

struct Pair {
  std::string_view text;
  std::string_view expected;
};

void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.text;
}

class TemplatePairs : public testing::TestWithParam<Pair> {};

TEST_P(TemplatePairs, RenderAsPrometheusDoes) {
  EXPECT_EQ(render(GetParam().text), GetParam().expected) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Humanize, TemplatePairs,
                         testing::ValuesIn(std::to_array<Pair>({
                             {"{{ humanize 0.0 }}", "0"},
                             {"{{ humanize 1.0 }}", "1"},
                             {"{{ humanize 1234567.0 }}", "1.235M"},
                             {"{{ humanize .12 }}", "120m"},
                             {"{{ humanize -1 }}", "-1"},
                             {"{{ humanize 9223372036854775807 }}", "9.223E"},
                             {"{{ humanize 18446744073709551615.0 }}", "18.45E"},
                             {"{{ humanize \".12\" }}", "120m"},
                             {"{{ humanize \"+Inf\" }}", "+Inf"},
                             {"{{ humanize \"-Inf\" }}", "-Inf"},
                             {"{{ humanize \"NaN\" }}", "NaN"},
                             {"{{ humanize 999.99 }}", "1000"},
                             {"{{ humanize1024 0.0 }}", "0"},
                             {"{{ humanize1024 1048576.0 }}", "1Mi"},
                             {"{{ humanize1024 1048576 }}", "1Mi"},
                             {"{{ humanize1024 .12 }}", "0.12"},
                             {"{{ humanize1024 1234567 }}", "1.177Mi"},
                             {"{{ humanize1024 9223372036854775807 }}", "8Ei"},
                             {"{{ humanize1024 18446744073709551615.0 }}", "16Ei"},
                         })));

INSTANTIATE_TEST_SUITE_P(
    DurationsAndShares, TemplatePairs,
    testing::ValuesIn(std::to_array<Pair>({
        {"{{ humanizeDuration 0 }} {{ humanizeDuration 1 }} {{ humanizeDuration 60 }}", "0s 1s 1m 0s"},
        {"{{ humanizeDuration 3600 }}", "1h 0m 0s"},
        {"{{ humanizeDuration 86400 }}", "1d 0h 0m 0s"},
        {"{{ humanizeDuration 90000 }}", "1d 1h 0m 0s"},
        {"{{ humanizeDuration -183845 }}", "-2d 3h 4m 5s"},
        {"{{ humanizeDuration 899.99 }}", "14m 59s"},
        {"{{ humanizeDuration 1234567 }}", "14d 6h 56m 7s"},
        {"{{ humanizeDuration .1 }} {{ humanizeDuration .0001 }} {{ humanizeDuration .12345 }}", "100ms 100us 123.5ms"},
        {"{{ humanizeDuration 60.1 }} {{ humanizeDuration 60.5 }}", "1m 0s 1m 0s"},
        {"{{ humanizeDuration 1.2345 }} {{ humanizeDuration 12.345 }}", "1.234s 12.35s"},
        {"{{ humanizeDuration -1 }}", "-1s"},
        {"{{ humanizePercentage -0.22222 }} {{ humanizePercentage 0.0 }}", "-22.22% 0%"},
        {"{{ humanizePercentage 0.1234567 }} {{ humanizePercentage 1.23456 }}", "12.35% 123.5%"},
        {"{{ humanizePercentage 1234567 }}", "1.235e+08%"},
        {"{{ humanizePercentage 1 }} {{ humanizePercentage -1 }}", "100% -100%"},
    })));

INSTANTIATE_TEST_SUITE_P(Timestamps, TemplatePairs,
                         testing::ValuesIn(std::to_array<Pair>({
                             {"{{ humanizeTimestamp 0 }}", "1970-01-01 00:00:00 +0000 UTC"},
                             {"{{ humanizeTimestamp -1 }}", "1969-12-31 23:59:59 +0000 UTC"},
                             {"{{ humanizeTimestamp 1435065584.128 }}", "2015-06-23 13:19:44.128 +0000 UTC"},
                             {"{{ humanizeTimestamp \"1435065584.12\" }}", "2015-06-23 13:19:44.12 +0000 UTC"},
                             {"{{ humanizeTimestamp 9223372036 }}", "2262-04-11 23:47:16 +0000 UTC"},
                             {"{{ humanizeTimestamp \"NaN\" }}", "NaN"},
                         })));

INSTANTIATE_TEST_SUITE_P(
    Texts, TemplatePairs,
    testing::ValuesIn(std::to_array<Pair>({
        {"{{ reReplaceAll \"(a)b\" \"x$1\" \"ab\" }}", "xa"},
        {"{{ reReplaceAll \"(a)b\" \"$1x-${1}x\" \"ab\" }}", "-ax"},
        {"{{ match \"a+\" \"aa\" }} {{ match \"a+\" \"b\" }}", "true false"},
        {"{{ \"aa bb CC\" | title }}", "Aa Bb CC"},
        {"{{ \"aA bB CC\" | toUpper }} {{ \"aA bB CC\" | toLower }}", "AA BB CC aa bb cc"},
        {"{{ \"grüße\" | toUpper }} {{ \"ÀÉ\" | toLower }} {{ \"élan vital\" | title }}", "GRÜßE àé Élan Vital"},
        {"{{ \"foo.example.com:12345\" | stripPort }}", "foo.example.com"},
        {"{{ \"[2001:0DB8::1]:12345\" | stripPort }}", "2001:0DB8::1"},
        {"{{ \"[2001:0DB8::1]::12345\" | stripPort }}", "[2001:0DB8::1]::12345"},
        {"{{ \"foo.example.com:12345\" | stripDomain }}", "foo:12345"},
        {"{{ \"192.0.2.1:12345\" | stripDomain }}", "192.0.2.1:12345"},
        {"{{ printf \"%0.2f\" (parseDuration \"1h2m10ms\") }}", "3720.01"},
        {"{{ graphLink \"up\" }} {{ tableLink \"a b\" }}", "/graph?g0.expr=up&g0.tab=0 /graph?g0.expr=a+b&g0.tab=1"},
        {"{{ urlQueryEscape \"a b&ü\" }}", "a+b%26%C3%BC"},
        {"{{ externalURL }} {{ pathPrefix }} {{ $externalURL }}",
         "https://tocsin.example.org/base?x /base https://tocsin.example.org/base?x"},
        {"{{ $labels.job }}|{{ $labels.nope }}|{{ $externalLabels.cluster }}|{{ .Labels.job }}", "api||staging|api"},
        {"{{ $labels }} {{ len $labels }} {{ index $labels \"job\" }}", "map[job:api] 1 api"},
        {"{{ html \"<a & 'b'>\" }}", "&lt;a &amp; &#39;b&#39;&gt;"},
    })));

INSTANTIATE_TEST_SUITE_P(
    Control, TemplatePairs,
    testing::ValuesIn(std::to_array<Pair>({
        {"", ""},
        {"no braces } { }}", "no braces } { }}"},
        {"a {{- /* gone */ -}} b {{- 1 -}} c", "ab1c"},
        {"{{ if $labels.nope }}a{{ else if $labels.job }}b{{ else }}c{{ end }}", "b"},
        {"{{ if or $labels.nope (eq $labels.job \"web\" \"api\") }}a{{ end }}", "a"},
        {"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32"},
        {"{{ and 1 \"\" 2 }}|{{ or 0 \"x\" }}|{{ not 0 }}", "|x|true"},
        {"{{ and false (humanize \"one\") }}", "false"},
        {"{{ eq 1 1 }} {{ ne 1.5 1.5 }} {{ lt \"a\" \"b\" }} {{ ge 2 2 }} {{ gt 1 2 }} {{ le 1.5 1.0 }}",
         "true false true true false false"},
        {"{{ $labels.job | printf \"%-5s|%q\" \"x\" }}", "x    |\"api\""},
        {"{{\n  if\n  true }}multi-line{{ end }}", "multi-line"},
    })));

TEST(TemplateValue, IsPrintedWithTheFewestDigitsAndAnExponentWhereGoHasOne) {
  EXPECT_EQ(render("{{ $value }}", 1000000), "1e+06");
  EXPECT_EQ(render("{{ $value }}", 999999), "999999");
  EXPECT_EQ(render("{{ $value }}", 0.0001), "0.0001");
  EXPECT_EQ(render("{{ $value }}", 0.00001), "1e-05");
  EXPECT_EQ(render("{{ $value }}", 0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(render("{{ .Value }}", 1353755652), "1.353755652e+09");
  EXPECT_EQ(render("{{ $value }} {{ $value | humanize }}", kNan), "NaN NaN");
  EXPECT_EQ(render("{{ printf \"%.2f %e\" $value $value }}", kInfinity), "+Inf +Inf");
}

TEST(TemplateValue, NanIsGreaterThanEverythingAsInGo) {
  EXPECT_EQ(render("{{ gt $value 1.0 }} {{ lt $value 1.0 }} {{ if $value }}true{{ end }}", kNan), "true false true");
}

TEST(TemplatePrintf, ComplainsInPlace) {
  EXPECT_EQ(render("{{ printf \"%d\" $value }}", 1.5), "%!d(float64=1.5)");
  EXPECT_EQ(render("{{ printf \"%s\" $value }}", 1.5), "%!s(float64=1.5)");
  EXPECT_EQ(render("{{ printf \"%d %d\" 1 }}"), "1 %!d(MISSING)");
  EXPECT_EQ(render("{{ printf \"%d\" 1 \"x\" 2.5 }}"), "1%!(EXTRA string=x, float64=2.5)");
  EXPECT_EQ(render("{{ printf \"%t\" \"x\" }} {{ printf \"100%\" }}"), "%!t(string=x) 100%!(NOVERB)");
}

struct Failure {
  std::string_view text;
  std::string_view error;
};

void PrintTo(const Failure& failure, std::ostream* out) {
  *out << failure.text;
}

class TemplateFailures : public testing::TestWithParam<Failure> {};

TEST_P(TemplateFailures, ShowInPlaceWithWhereAndWhy) {
  EXPECT_EQ(render(GetParam().text, 1.5),
            "<error expanding template: error executing template: " + std::string(GetParam().error) + ">");
}

INSTANTIATE_TEST_SUITE_P(
    All, TemplateFailures,
    testing::ValuesIn(std::to_array<Failure>({
        {"lost {{ humanize \"one\" }}",
         "1:9: at <humanize \"one\">: error calling humanize: strconv.ParseFloat: parsing \"one\": invalid syntax"},
        {"\n  {{ gt $value 5 }}",
         "2:6: at <gt $value 5>: error calling gt: incompatible types for comparison (write 5.0 rather than 5 beside a "
         "float64)"},
        {"{{ lt true false }}", "1:4: at <lt true false>: error calling lt: invalid type for comparison"},
        {"{{ eq $labels $labels }}",
         "1:4: at <eq $labels $labels>: error calling eq: uncomparable type map[string]string: map[job:api]"},
        {"{{ eq 1 }}", "1:4: at <eq 1>: error calling eq: missing argument for comparison"},
        {"{{ $value.foo }}", "1:4: at <$value.foo>: can't evaluate field foo in type float64"},
        {"{{ $labels.job.foo }}", "1:4: at <$labels.job.foo>: can't evaluate field foo in type string"},
        {"{{ toUpper $value }}", "1:12: at <$value>: wrong type for value; expected string; got float64"},
        {"{{ len $value }}", "1:4: at <len $value>: error calling len: len of type float64"},
        {"{{ index \"abc\" 3 }}", "1:4: at <index \"abc\" 3>: error calling index: index out of range: 3"},
        {"{{ humanizeTimestamp 9223372036854775807 }}",
         "1:4: at <humanizeTimestamp 9223372036854775807>: error calling humanizeTimestamp: 9.223372036854776e+18 "
         "cannot "
         "be represented as a nanoseconds timestamp since it overflows int64"},
        {"{{ match (print \"(\") \"x\" }}",
         "1:4: at <match (print \"(\") \"x\">: error calling match: \"(\" is no regular expression (RE2): missing ): "
         "("},
    })));

TEST(Template, WithoutTextRendersAsNothing) {
  const Labels none;
  EXPECT_EQ(Template().render({.labels = none, .external_labels = none, .external_url = "", .value = 1}), "");
  EXPECT_EQ(Template().source(), "");
}

TEST(Template, IsItsSource) {
  const auto one = Template::parse("{{ $value }}");
  const auto other = Template::parse("{{$value}}");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->source(), "{{ $value }}");
  EXPECT_EQ(*one, *Template::parse("{{ $value }}"));
  EXPECT_FALSE(*one == *other);
}

TEST(HumanizeDuration, BeyondInt64DoesNotOverflow) {
  EXPECT_EQ(templates::humanize_duration(1e300), "-106751991167300d -15h -30m -8s");  // Go's conversion, on amd64
}

}  // namespace
}  // namespace tocsin
