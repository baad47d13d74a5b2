#include "notifiers/text.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Text, IsCutByCodePointsWithAnEllipsis) {
  EXPECT_EQ(truncate("größer", 6), "größer");
  EXPECT_EQ(truncate("größer", 5), "größ…");
  EXPECT_EQ(truncate("größer", 1), "…");
  EXPECT_EQ(truncate("größer", 0), "");
  EXPECT_EQ(truncate("", 0), "");
}

TEST(Text, EscapesAreNeverCutInside) {
  const auto escape = [](std::string_view code_point) {
    return code_point == "&" ? std::string_view("&amp;") : code_point;
  };
  EXPECT_EQ(escape_within("a&b", 7, escape), "a&amp;b");
  EXPECT_EQ(escape_within("a&b", 6, escape), "a…");
}

TEST(Text, OneLineHasNoControlCharacters) {
  EXPECT_EQ(clean_line("a\r\nb\tc\x1b[0m\x7f"), "a  b c [0m");
  EXPECT_EQ(clean_line("x\u202Ey\u2028z\u0085"), "x y z");
  EXPECT_EQ(clean_line("\xff\xfe"), "\uFFFD\uFFFD");
  EXPECT_EQ(clean_line("  \n "), "");
}

TEST(Text, LinesKeepTheirLineFeeds) {
  EXPECT_EQ(clean_lines("a\r\nb\x07"), "a\nb");
}

TEST(Text, BytesAreCutBetweenCodePoints) {
  EXPECT_EQ(truncate_bytes("aé", 2), "a");
  EXPECT_EQ(truncate_bytes("aé", 3), "aé");
}

}  // namespace
}  // namespace tocsin
