// Templates that do not parse: where it is said to be and what is said about it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "rules/template/template.h"

namespace tocsin {
namespace {

std::string fault(std::string_view text) {
  const auto parsed = Template::parse(text);
  if (parsed) return "no fault";
  return fmt::format("{}:{}: {}", parsed.error().line, parsed.error().column, parsed.error().text);
}

struct Faulty {
  std::string_view text;
  std::string_view fault;
};

void PrintTo(const Faulty& faulty, std::ostream* out) {
  *out << faulty.text;
}

class TemplateFaults : public testing::TestWithParam<Faulty> {};

TEST_P(TemplateFaults, SayWhereAndWhat) {
  EXPECT_EQ(fault(GetParam().text), GetParam().fault) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Braces, TemplateFaults,
                         testing::ValuesIn(std::to_array<Faulty>({
                             {"{{", "1:1: unclosed action: {{ without }}"},
                             {"ü\nüü {{ $value", "2:4: unclosed action: {{ without }}"},
                             {"{{ $value }", "1:11: unexpected \"}\" inside {{ }}"},
                             {"{{}}", "1:3: unexpected \"}}\"; expected a value or a function"},
                             {"{{/* x }}", "1:1: unclosed comment: /* without */"},
                             {"{{/* x */ 1 }}", "1:1: a comment must fill its braces: {{/* ... */}}"},
                             {"{{ (1 }}", "1:7: unclosed left parenthesis"},
                             {"{{ 1) }}", "1:5: unexpected right parenthesis"},
                             {"{{ () }}", "1:5: unexpected \")\"; expected a value or a function"},
                             {"{{ \"x }}", "1:4: unterminated quoted string"},
                             {"{{ `x }}", "1:4: unterminated raw quoted string"},
                             {"{{ 'x }}", "1:4: unterminated character constant"},
                             {"{{ 'xy' }}", "1:4: 'xy' is not one character; a text stands in double quotes"},
                             {"{{ \"\\d\" }}", "1:4: invalid escape in \"\\d\"; write \\\\ for a backslash, or `...`"},
                             {"{{ # }}", "1:4: unexpected \"#\" inside {{ }}"},
                             {"{{ $x : 1 }}", "1:7: expected := here"},
                         })));

INSTANTIATE_TEST_SUITE_P(
    Names, TemplateFaults,
    testing::ValuesIn(std::to_array<Faulty>({
        {"{{ humanise $value }}", "1:4: unknown function \"humanise\"; did you mean humanize?"},
        {"{{ $value | humanizePercent }}",
         "1:13: unknown function \"humanizePercent\"; did you mean humanizePercentage?"},
        {"{{ something $value }}", "1:4: unknown function \"something\"; a text stands in double quotes"},
        {"a\n {{ $foo }}", "2:5: undefined variable $foo; known here: $labels, $externalLabels, $externalURL, $value"},
        {"{{ $x = 1 }}", "1:4: undefined variable $x; declare it: $x := ..."},
        {"{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}",
         "1:39: undefined variable $x; known here: $labels, $externalLabels, $externalURL, $value"},
        {"{{ $x := $x }}", "1:10: undefined variable $x; known here: $labels, $externalLabels, $externalURL, $value"},
        {"{{ .Foo }}", "1:4: unknown field .Foo; known are .Labels, .ExternalLabels, .ExternalURL and .Value"},
        {"{{ $.labels.x }}", "1:5: unknown field .labels; known are .Labels, .ExternalLabels, .ExternalURL and .Value"},
        {"{{ . }}",
         "1:4: \".\" alone is all of the data and has no text; known are .Labels, .ExternalLabels, .ExternalURL and "
         ".Value"},
        {"{{ $labels.foo-bar }}",
         "1:15: unexpected \"-\" after .foo; a label with such a name is read by index $labels \"name\""},
    })));

INSTANTIATE_TEST_SUITE_P(
    Unsupported, TemplateFaults,
    testing::ValuesIn(std::to_array<Faulty>({
        {"{{ query \"up\" | first | value }}",
         "1:4: query is not supported: templates do not ask Prometheus: put what is needed into the rule's own query"},
        {"{{ $value | first }}",
         "1:13: first is not supported: it works on the result of query, which templates here do not have"},
        {"{{ range $labels }}{{ end }}",
         "1:4: range is not supported: there is no list to walk over here: $labels is read by name, like $labels.job"},
        {"{{ with $labels.job }}{{ . }}{{ end }}",
         "1:4: with is not supported: use {{ $x := ... }}{{ if $x }}...{{ end }}"},
        {"{{ define \"x\" }}{{ end }}",
         "1:4: define is not supported: each annotation is one text of its own: write it out here"},
        {"{{ template \"x\" }}",
         "1:4: template is not supported: each annotation is one text of its own: write it out here"},
        {"{{ block \"x\" . }}{{ end }}",
         "1:4: block is not supported: each annotation is one text of its own: write it out here"},
    })));

TEST(TemplateFault, EveryFunctionOfAQueryIsRefusedWithTheReason) {
  for (const char* name : {"query", "first", "value", "strvalue", "label", "sortByLabel", "tmpl", "args", "now"}) {
    EXPECT_THAT(fault(fmt::format("{{{{ {} }}}}", name)),
                testing::HasSubstr(fmt::format("{} is not supported: ", name)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Calls, TemplateFaults,
    testing::ValuesIn(std::to_array<Faulty>({
        {"{{ humanize }}", "1:4: humanize takes 1 argument, not 0"},
        {"{{ humanize 1 2 }}", "1:4: humanize takes 1 argument, not 2"},
        {"{{ 1 | humanize 2 }}", "1:8: humanize takes 1 argument, not 2"},
        {"{{ printf }}", "1:4: printf takes at least 1 argument, not 0"},
        {"{{ match \"a\" }}", "1:4: match takes 2 arguments, not 1"},
        {"{{ toUpper 5 }}", "1:12: toUpper takes a string as argument 1, not 5"},
        {"{{ match \"(\" $labels.job }}", "1:10: \"(\" is no regular expression (RE2): missing ): ("},
        {"{{ reReplaceAll \"a**\" \"\" \"\" }}",
         "1:17: \"a**\" is no regular expression (RE2): bad repetition operator: **"},
        {"{{ $value 5 }}", "1:11: can't give an argument to \"$value\", which is no function"},
        {"{{ $value | 5 }}", "1:13: \"5\" takes no argument: only a function can stand behind |"},
        {"{{ $value | }}", "1:13: unexpected \"}}\"; expected a value or a function"},
        {"{{ printf(1) }}", "1:10: expected a space between a function and its arguments"},
        {"{{ nil }}", "1:4: nil is not a command"},
        {"{{ \"a\".b }}", "1:7: unexpected \".b\" after a constant"},
        {"{{ 1, 2 }}", "1:5: unexpected \",\"; expected }}"},
        {"{{ 5m }}", "1:4: bad number syntax: \"5m\""},
        {"{{ 1.2.3 }}", "1:4: bad number syntax: \"1.2.3\""},
        {"{{ 08 }}", "1:4: bad number syntax: \"08\""},
        {"{{ 99999999999999999999 }}", "1:4: 99999999999999999999 overflows int; write it with a point or an exponent"},
        {"{{ $ := 1 }}", "1:4: a variable needs a name, like $x"},
    })));

INSTANTIATE_TEST_SUITE_P(Control, TemplateFaults,
                         testing::ValuesIn(std::to_array<Faulty>({
                             {"a{{ if true }}b", "1:5: unclosed if: its {{end}} is missing"},
                             {"{{ if true }}{{ else }}b", "1:4: unclosed if: its {{end}} is missing"},
                             {"{{ if }}{{ end }}", "1:7: unexpected \"}}\"; expected a value or a function"},
                             {"{{ end }}", "1:1: unexpected {{end}} without if"},
                             {"a {{ else }}", "1:3: unexpected {{else}} without if"},
                             {"{{ if 1 }}{{ else }}{{ else }}{{ end }}", "1:24: a second {{else}}"},
                             {"{{ if 1 }}{{ else 2 }}{{ end }}", "1:19: unexpected \"2\"; expected }}"},
                             {"{{ (if 1) }}", "1:5: unexpected {{if}}"},
                         })));

}  // namespace
}  // namespace tocsin
