#include "agent/poll/joined_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tocsin {
namespace {

TEST(JoinedQuery, LabelsEachQueryAsksWhetherTheLabelIsTakenAndForAMark) {
  const std::vector<std::string_view> queries = {"up", "rate(x[5m])  # per second"};
  EXPECT_EQ(join_queries(queries),
            "(label_replace((up\n), \"__tocsin_rule__\", \"0\", \"\", \"\") or "
            "label_replace((rate(x[5m])  # per second\n), \"__tocsin_rule__\", \"1\", \"\", \"\")) or "
            "label_replace((count({__tocsin_rule__!=\"\"})\n), \"__tocsin_rule__\", \"taken\", \"\", \"\") or "
            "label_replace((vector(1)\n), \"__tocsin_rule__\", \"asked\", \"\", \"\")");
}

TEST(JoinedQuery, NumbersAllMembersOfATree) {
  const std::vector<std::string_view> queries(50, "up");
  const std::string joined = join_queries(queries);
  for (int member = 0; member < 50; ++member) {
    EXPECT_THAT(joined, testing::HasSubstr("\"__tocsin_rule__\", \"" + std::to_string(member) + "\","));
  }
}

TEST(JoinedQuery, TakesWhatStandsAloneBetweenParentheses) {
  for (const char* query : {"up", "sum by (job) (rate(x{a=\"(\", b='}'}[5m]))", "x{a=`\\`}", "up # it's )",
                            "a\n# b\nor c", R"(x{a="\"("})", "\"text\"", ""}) {
    EXPECT_TRUE(can_be_joined(query)) << query;
  }
}

TEST(JoinedQuery, TakesNoneThatWouldReachOutOfItsParentheses) {
  for (const char* query : {"up) or (down", "up)", "(up", "x{a=\"", "x{a='\\'}", "x{a=`b}", "x[5m", "x(]", ")(",
                            "label_replace(up, \"__tocsin_rule__\", \"1\", \"\", \"\")"}) {
    EXPECT_FALSE(can_be_joined(query)) << query;
  }
}

}  // namespace
}  // namespace tocsin
