#include "agent/poll/joined_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tocsin {
namespace {

TEST(JoinedQuery, LabelsEachQueryAndAsksForAMarkThatIsThereUnlessTheLabelIsStored) {
  const std::vector<std::string_view> queries = {"up", "rate(x[5m])  # per second"};
  const auto member = [](const std::string& query, const std::string& value) {
    return "label_join(" + query + "\n,'__tocsin_rule__','" + value + "','__tocsin_none__','__tocsin_none__')";
  };
  EXPECT_EQ(join_queries(queries), "(" + member("up", "q0") + " or (" + member("rate(x[5m])  # per second", "q1") +
                                       " or " + member("absent({__tocsin_rule__!=''})", "asked") + "))");
}

TEST(JoinedQuery, NumbersAllMembersOfATree) {
  const std::vector<std::string_view> queries(50, "up");
  const std::string joined = join_queries(queries);
  for (std::size_t member = 0; member < 50; ++member) {
    const std::string value = "q" + std::to_string(member);
    EXPECT_THAT(joined, testing::HasSubstr("'__tocsin_rule__','" + value + "',"));
    EXPECT_EQ(member_of(value), member);
  }
}

TEST(JoinedQuery, TellsAStoredLabelFromItsOwnWhateverItsValue) {
  for (const char* stored : {"1", "q", "q1", "11", "asked", "x"}) {
    for (const char* own : {"q1", "q11", kAnsweredMember.data()}) {
      const std::string joined = std::string(stored) + own + stored;
      EXPECT_FALSE(member_of(joined).has_value()) << joined;
      EXPECT_NE(joined, kAnsweredMember);
    }
  }
}

TEST(JoinedQuery, TakesWhatIsOneArgument) {
  for (const char* query : {"up", "sum by (job) (rate(x{a=\"(\", b='}'}[5m]))", "x{a=`\\`}", "up # it's )",
                            "a\n# b, c\nor d", "topk(3, x{a=\",\"})", R"(x{a="\"("})", "\"text\"", ""}) {
    EXPECT_TRUE(can_be_joined(query)) << query;
  }
}

TEST(JoinedQuery, TakesNoneThatWouldReachOutOfItsArgument) {
  for (const char* query :
       {"up) or (down", "up)", "(up", "x{a=\"", "x{a='\\'}", "x{a=`b}", "x[5m", "x(]", ")(", "up, \"a\"", "up #\r, up",
        "sum(x) by (a), up", "label_replace(up, \"__tocsin_rule__\", \"1\", \"\", \"\")"}) {
    EXPECT_FALSE(can_be_joined(query)) << query;
  }
}

}  // namespace
}  // namespace tocsin
