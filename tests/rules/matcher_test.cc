#include "rules/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tocsin {
namespace {

std::vector<Matcher> matchers(std::string_view text) {
  auto parsed = parse_matchers(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().text);
  return parsed.value_or(std::vector<Matcher>{});
}

/// The canonical texts, comma separated.
std::string canonical(std::string_view text) {
  std::string all;
  for (const Matcher& matcher : matchers(text)) all += (all.empty() ? "" : ",") + matcher.text();
  return all;
}

std::string error_of(std::string_view text) {
  const auto parsed = parse_matchers(text);
  return parsed ? "no error" : parsed.error().text;
}

bool matches(std::string_view text, const Labels& labels) {
  return all_match(matchers(text), labels);
}

TEST(Matcher, TakesFourOperators) {
  EXPECT_EQ(canonical("a=b"), "a=\"b\"");
  EXPECT_EQ(canonical("a!=b"), "a!=\"b\"");
  EXPECT_EQ(canonical("a=~b"), "a=~\"b\"");
  EXPECT_EQ(canonical("a!~b"), "a!~\"b\"");
}

TEST(Matcher, SpacesBracesAndATrailingCommaAreOptional) {
  const std::string both = "a=\"1\",b=~\"2|3\"";
  EXPECT_EQ(canonical("a=1,b=~\"2|3\""), both);
  EXPECT_EQ(canonical(" { a = \"1\" , b =~ \"2|3\" , } "), both);
  EXPECT_EQ(canonical("{a=1,b=~2|3}"), both);
  EXPECT_EQ(canonical("{}"), "");
}

TEST(Matcher, NamesAndValuesMayBeAnyUtf8QuotedOrNot) {
  EXPECT_EQ(canonical("größe=ü"), "\"größe\"=\"ü\"");
  EXPECT_EQ(canonical("\"with space\"=\"\\u00fc\\n\\x41\""), "\"with space\"=\"ü\\nA\"");
  EXPECT_EQ(canonical("http.status_code=~5.."), "\"http.status_code\"=~\"5..\"");
  EXPECT_EQ(canonical("a=\"\""), "a=\"\"");
  EXPECT_EQ(canonical("a=\"b, c}\""), "a=\"b, c}\"");
}

TEST(Matcher, FallsBackToTheClassicGrammar) {
  EXPECT_EQ(canonical("a="), "a=\"\"");
  EXPECT_EQ(canonical("a=b=c"), "a=\"b=c\"");
  EXPECT_EQ(canonical("a=~x{2}"), "a=~\"x{2}\"");
  EXPECT_EQ(canonical("a=~\"\\d+\""), "a=~\"\\\\d+\"");
  EXPECT_EQ(canonical("{a=~\"\\d+\",b=\"say \\\"x, y\\\"\\.\"}"), "a=~\"\\\\d+\",b=\"say \\\"x, y\\\"\\\\.\"");
  EXPECT_EQ(canonical("a='x'"), "a=\"'x'\"");
}

TEST(Matcher, RegularExpressionsAreAnchored) {
  EXPECT_TRUE(matches("severity=~\"SEV1|SEV2\"", {{"severity", "SEV2"}}));
  EXPECT_FALSE(matches("severity=~\"SEV1|SEV2\"", {{"severity", "SEV22"}}));
  EXPECT_FALSE(matches("severity=~\"EV1\"", {{"severity", "SEV1"}}));
  EXPECT_TRUE(matches("severity!~\"EV1\"", {{"severity", "SEV1"}}));
  EXPECT_TRUE(matches("a=~\".*b\"", {{"a", "aab"}}));
  EXPECT_FALSE(matches("a=~\"x$\"", {{"a", "x\n"}}));
}

TEST(Matcher, AMissingLabelEqualsTheEmptyString) {
  const Labels none;
  EXPECT_TRUE(matches("a=\"\"", none));
  EXPECT_TRUE(matches("a!~\".+\"", none));
  EXPECT_TRUE(matches("a=~\"x|\"", none));
  EXPECT_TRUE(matches("a!=b", none));
  EXPECT_FALSE(matches("a=~\".+\"", none));
  EXPECT_FALSE(matches("a!=\"\"", none));
}

TEST(Matcher, AllOfASetMustMatch) {
  const Labels labels{{"a", "1"}, {"b", "2"}};
  EXPECT_TRUE(matches("a=1,b=2", labels));
  EXPECT_FALSE(matches("a=1,b=3", labels));
  EXPECT_TRUE(matches("{}", labels));
}

TEST(Matcher, ErrorsNameThePlaceAndTheRemedy) {
  EXPECT_EQ(error_of(""), "an empty matcher; write one like severity=~\"SEV1|SEV2\"");
  EXPECT_EQ(error_of("ü"), "matcher \"ü\" at character 2: expected one of = != =~ !~");
  EXPECT_EQ(error_of("=b"), "matcher \"=b\" at character 1: expected a label name");
  EXPECT_EQ(error_of("{a=b"), "matcher \"{a=b\" at character 5: expected a closing brace");
  EXPECT_EQ(error_of("ö=\"x"), "matcher \"ö=\\\"x\" at character 3: the string that begins here has no closing quote");
  EXPECT_EQ(
      error_of("ö=\"\\d\""),
      "matcher \"ö=\\\"\\\\d\\\"\" at character 3: the string that begins here has an invalid escape; write \\\\ for a "
      "backslash");
  EXPECT_EQ(error_of("ö="), "matcher \"ö=\" at character 3: expected a value (an empty one is written \"\")");
  EXPECT_EQ(error_of("a=b c"), "no error") << "the classic grammar takes spaces inside of a value";
  EXPECT_EQ(error_of("ö=b c"), "matcher \"ö=b c\" at character 5: expected a comma or the end");
  EXPECT_EQ(error_of("a=~\"(\""), "\"(\" is no regular expression (RE2): missing ): (");
  EXPECT_EQ(error_of("\"\"=b"), "a matcher needs a label name before its operator");
  EXPECT_EQ(error_of("a=\"\\xff\""), "no error") << "the classic grammar has no such escape";
  EXPECT_THAT(error_of("\"a\"=\"\\xff\""), testing::HasSubstr("must be UTF-8"));
}

TEST(Matcher, AHugeRegularExpressionIsRefused) {
  EXPECT_THAT(error_of("a=~\"((a{100}){100}){100}\""), testing::HasSubstr("no regular expression"));
}

TEST(Matcher, ItsTextReadsBackAsTheSameMatcher) {
  for (const char* text : {"a=b", "a!~\"x|y\"", "\"b c\"=\"\\\\d\\n\"", "a=~\"\\\\d+\""}) {
    const auto first = matchers(text);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(matchers(first[0].text()), first) << text;
  }
}

TEST(Matcher, AnyBytesAreMatchersOrAnError) {
  std::mt19937 random(2);
  constexpr std::string_view kAlphabet = "ab=~!\",{}\\ (|*\xc3\xbc\xff\n";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t length = random() % 14; length > 0; --length) text += kAlphabet[random() % kAlphabet.size()];
    const auto parsed = parse_matchers(text);
    if (!parsed) {
      EXPECT_FALSE(parsed.error().text.empty());
      continue;
    }
    all_match(*parsed, {{"a", "b"}});
    for (const Matcher& matcher : *parsed) EXPECT_EQ(matchers(matcher.text()), std::vector{matcher}) << text;
  }
}

}  // namespace
}  // namespace tocsin
