#include "agent/base/text.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Quote, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(quote("a\x1b[31m\r\n\x7f"), R"("a\x1b[31m\r\n\x7f")");
  EXPECT_EQ(quote("\xC2\x9B"
                  "1m"),
            R"("\u009b1m")");
}

TEST(Quote, EscapesWhatReordersTheTextAroundItOrEndsALine) {
  EXPECT_EQ(quote("\u2028\u2029\u202a\u202e\u2066\u2069"), R"("\u2028\u2029\u202a\u202e\u2066\u2069")");
}

TEST(Quote, LeavesOtherTextAsItIs) {
  EXPECT_EQ(quote("\u00a0\u00e9\u2027\u202f\u2065\u206a\u65e5\U0001f514"),
            "\"\u00a0\u00e9\u2027\u202f\u2065\u206a\u65e5\U0001f514\"");
}

TEST(Quote, ShowsInvalidBytes) {
  EXPECT_EQ(quote("\xff\xe2\x80"), R"("\xff\xe2\x80")");
}

}  // namespace
}  // namespace tocsin
