#include "agent/cli/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <string>

namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::Not;

class TextTableTest : public testing::Test {
 protected:
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs.
  void SetUp() override { std::setlocale(LC_CTYPE, "C.UTF-8"); }
};

TEST_F(TextTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  TextTable table({"ID", "RULE"});
  table.add_row({{"INC-10"}, {"HighErrorRate"}});
  table.add_row({{"INC-9"}, {"DiskFull"}});
  EXPECT_EQ(
      "ID      RULE\n"
      "INC-10  HighErrorRate\n"
      "INC-9   DiskFull\n",
      table.text(0, false));
}

TEST_F(TextTableTest, TheWidestColumnGivesWayWhereTheTerminalEnds) {
  TextTable table({"ID", "SUMMARY"});
  table.add_row({{"INC-1"}, {"checkout fails for many people"}});
  EXPECT_EQ(
      "ID     SUMMARY\n"
      "INC-1  checkout f\u2026\n",
      table.text(18, false));
}

TEST_F(TextTableTest, TooNarrowATerminalStillShowsAllColumns) {
  TextTable table({"ID", "SUMMARY"});
  table.add_row({{"INC-1"}, {"checkout fails"}});
  EXPECT_THAT(table.text(3, false), HasSubstr("INC-1  checkou\u2026"));
}

TEST_F(TextTableTest, AWideCharacterCountsAsTwoColumns) {
  TextTable table({"A", "B"});
  table.add_row({{"\u6771\u4eac"}, {"x"}});
  EXPECT_EQ("A     B\n\u6771\u4eac  x\n", table.text(0, false));
}

TEST_F(TextTableTest, ACellCannotMoveTheCursorOrFakeARow) {
  TextTable table({"A"});
  table.add_row({{"one\n\x1b[2Jtwo"}});
  EXPECT_THAT(table.text(0, true), Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(table.text(0, true), HasSubstr("one  [2Jtwo\n"));
}

TEST_F(TextTableTest, ColorsTakeNoWidth) {
  TextTable table({"STATE", "RULE"});
  table.add_row({{"open", Color::red}, {"R"}});
  EXPECT_THAT(table.text(0, true), HasSubstr("\x1b[31mopen\x1b[0m   R\n"));
}

TEST_F(TextTableTest, InvalidBytesAreShownAsReplacementCharacters) {
  EXPECT_EQ("a\uFFFDb", printable("a\xff"
                                  "b"));
}

TEST(Printable, TakesOutWhatTurnsTheDirectionOfWritingOrEndsALine) {
  EXPECT_EQ("a b c", printable("a\u202eb\u2028c"));
}

}  // namespace
}  // namespace tocsin
