#include "agent/config/string_source.h"

#include <gtest/gtest.h>

#include <string>

namespace tocsin {
namespace {

/// "line:column" of a position in the value of the string that begins at the first quote of `text`.
std::string at(const std::string& text, int line, int column) {
  const Place literal{"f.toml", 1, static_cast<int>(text.find_first_of("\"'")) + 1};
  const Place place = place_in_string(text, literal, line, column);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

TEST(PlaceInString, CountsFromBehindTheQuoteOnOneLine) {
  EXPECT_EQ(at("a = \"xyz\"", 1, 1), "1:6");
  EXPECT_EQ(at("a = 'xyz'", 1, 3), "1:8");
}

TEST(PlaceInString, CountsEscapesAsWritten) {
  EXPECT_EQ(at(R"(a = "\"\u00e9\U0001F514x")", 1, 4), "1:24");
  EXPECT_EQ(at(R"(a = '\"x')", 1, 3), "1:8");
}

TEST(PlaceInString, AnEscapedNewlineBeginsALineOfTheValueOnly) {
  EXPECT_EQ(at(R"(a = "one\ntwo")", 2, 2), "1:12");
}

TEST(PlaceInString, CountsCodePoints) {
  EXPECT_EQ(at("a = \"\xC3\xA9\xF0\x9F\x94\x94x\"", 1, 3), "1:8");
}

TEST(PlaceInString, FollowsLinesOfMultiLineStrings) {
  EXPECT_EQ(at("a = '''\none\ntwo'''", 1, 1), "2:1");
  EXPECT_EQ(at("a = '''\none\ntwo'''", 2, 3), "3:3");
  EXPECT_EQ(at("a = \"\"\"one\r\ntwo\"\"\"", 1, 2), "1:9");
  EXPECT_EQ(at("a = \"\"\"\r\none\"\"\"", 1, 2), "2:2");
}

TEST(PlaceInString, SkipsTheBlanksOfALineContinuation) {
  EXPECT_EQ(at("a = \"\"\"\none \\\n   two\"\"\"", 1, 5), "3:4");
}

TEST(PlaceInString, StopsAtTheClosingQuote) {
  EXPECT_EQ(at("a = \"xy\" # z", 1, 9), "1:8");
  EXPECT_EQ(at("a = \"xy", 7, 9), "1:8");
}

}  // namespace
}  // namespace tocsin
