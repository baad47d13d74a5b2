// No text costs more than a moment, and none crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "rules/template/limits.h"
#include "rules/template/template.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

std::string render(const std::string& text) {
  const Labels labels{{"job", "api"}};
  const Labels none;
  const auto parsed = Template::parse(text);
  if (!parsed) return "fault: " + parsed.error().text;
  return parsed->render({.labels = labels, .external_labels = none, .external_url = "", .value = 1.5});
}

std::string repeat(std::string_view part, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += part;
  return all;
}

TEST(TemplateLimits, AnOverlongTemplateIsRefused) {
  EXPECT_EQ(render(std::string(templates::kSourceBytesMax + 1, 'x')), "fault: a template of more than 65536 bytes");
  EXPECT_EQ(render(std::string(templates::kSourceBytesMax, 'x')).size(), templates::kSourceBytesMax);
}

TEST(TemplateLimits, NestingIsBounded) {
  EXPECT_EQ(render("{{ " + repeat("(", 90) + "1" + repeat(")", 90) + " }}"), "1");
  EXPECT_THAT(render("{{ " + repeat("(", 20000) + "1" + repeat(")", 20000) + " }}"), HasSubstr("more than 100 levels"));
  EXPECT_THAT(render(repeat("{{if 1}}", 3000) + repeat("{{end}}", 3000)), HasSubstr("more than 100 levels"));
  EXPECT_THAT(render("{{ 1" + repeat(" | print", 5000) + " }}"), HasSubstr("more than 100 calls"));
  EXPECT_THAT(render("{{ $labels" + repeat(".a", 5000) + " }}"), HasSubstr("more than 100 fields"));
}

TEST(TemplateLimits, ManyAlternativesInARowAreNoNesting) {
  EXPECT_EQ(render("{{ if 0 }}a" + repeat("{{ else if 0 }}b", 2000) + "{{ else }}c{{ end }}"), "c");
}

TEST(TemplateLimits, DoublingTextsStopAtTheLimit) {
  EXPECT_THAT(render("{{ $x := `0123456789` }}" + repeat("{{ $x = print $x $x }}", 60) + "{{ $x }}"),
              HasSubstr("text longer than 65536 bytes"));
  EXPECT_THAT(render(repeat("{{ printf `%9999d` 1 }}", 20)), HasSubstr("text longer than 65536 bytes"));
}

TEST(TemplateLimits, HugeWidthsAndPrecisionsCostNothing) {
  EXPECT_THAT(render("{{ printf \"%9000000d\" 1 }}"), HasSubstr("text longer than 65536 bytes"));
  EXPECT_THAT(render("{{ printf \"%.9000000f\" 1.5 }}"), HasSubstr("text longer than 65536 bytes"));
  EXPECT_THAT(render("{{ printf \"%.*e\" 1000000 1.5 }}"), HasSubstr("text longer than 65536 bytes"));
  EXPECT_THAT(render("{{ printf `" + repeat("%[1]s", 8000) + "` `" + std::string(20000, 'x') + "` }}"),
              HasSubstr("text longer than 65536 bytes"));
}

TEST(TemplateLimits, ReplacingStopsAtTheLimit) {
  const std::string many(20000, 'a');
  EXPECT_THAT(render("{{ reReplaceAll \"a\" `" + many + "` `" + many + "` }}"),
              HasSubstr("text longer than 65536 bytes"));
  EXPECT_THAT(render("{{ reReplaceAll \"(.*)\" `" + repeat("$1", 9000) + "` `" + many + "` }}"),
              HasSubstr("text longer than 65536 bytes"));
}

TEST(TemplateLimits, AHugeRegularExpressionIsRefused) {
  EXPECT_THAT(render("{{ match \"((a{100}){100}){100}\" $labels.job }}"), HasSubstr("no regular expression"));
}

TEST(TemplateLimits, AnErrorShowsOnlyTheBeginningOfWhatFailed) {
  EXPECT_LT(render("{{ toUpper (print 1 `" + std::string(5000, 'x') + "` | len) }}").size(), 400U);
}

std::string random_bytes(std::mt19937& random) {
  std::string text;
  for (std::size_t length = random() % 40; length > 0; --length) text += static_cast<char>(random() % 256);
  return text;
}

std::string random_pieces(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"{{",
                                                   "}}",
                                                   "{{-",
                                                   " -}}",
                                                   "if ",
                                                   "else ",
                                                   "end",
                                                   "$labels",
                                                   ".job",
                                                   "$value",
                                                   " | ",
                                                   "printf",
                                                   " ",
                                                   "\"%d\"",
                                                   "\"%[2]*.3f\"",
                                                   "(",
                                                   ")",
                                                   "humanize",
                                                   "$x",
                                                   " := ",
                                                   " = ",
                                                   "1.5",
                                                   "7",
                                                   "`a`",
                                                   "'x'",
                                                   "and ",
                                                   "eq ",
                                                   "index ",
                                                   "reReplaceAll ",
                                                   "\"(a|b)*\"",
                                                   "nil",
                                                   "true",
                                                   "/*",
                                                   "*/",
                                                   "\n",
                                                   "text",
                                                   "\xff",
                                                   "{{ if 1 }}",
                                                   "{{ end }}",
                                                   "{{ else }}",
                                                   "match ",
                                                   "slice ",
                                                   "$",
                                                   "."};
  std::string text;
  for (std::size_t count = random() % 25; count > 0; --count) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(TemplateProperty, AnyTextIsATemplateOrAFaultInsideOfIt) {
  std::mt19937 random(3);
  for (int round = 0; round < 10000; ++round) {
    const std::string text = round % 4 == 0 ? "{{" + random_bytes(random) + "}}" : random_pieces(random);
    const auto parsed = Template::parse(text);
    if (parsed) {
      render(text);
      continue;
    }
    EXPECT_FALSE(parsed.error().text.empty()) << text;
    EXPECT_GE(parsed.error().line, 1);
    EXPECT_GE(parsed.error().column, 1);
    EXPECT_LE(static_cast<std::size_t>(parsed.error().column), text.size() + 1) << text;
  }
}

TEST(TemplateProperty, AnyFormatIsPrinted) {
  std::mt19937 random(4);
  constexpr std::string_view kAlphabet = "%%%%%%%%dsvqxXfegGtTcUbo#0+- .*[]13";
  for (int round = 0; round < 10000; ++round) {
    std::string format;
    for (std::size_t length = random() % 9; length > 0; --length) format += kAlphabet[random() % kAlphabet.size()];
    const std::string shown = render("{{ printf `" + format + "` 7 $value \"text\" $labels true nil }}");
    EXPECT_FALSE(shown.starts_with("fault")) << format << ": " << shown;
  }
}

}  // namespace
}  // namespace tocsin
