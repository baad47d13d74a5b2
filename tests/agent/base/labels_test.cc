#include "agent/base/labels.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Labels, AreSortedByNameAndKeepTheLastOfEqualNames) {
  const Labels labels(std::vector<Labels::Pair>{{"b", "2"}, {"a", "0"}, {"a", "1"}});
  EXPECT_EQ(labels.text(), R"({a="1",b="2"})");
}

TEST(Labels, AnEmptyValueIsNoLabel) {
  Labels labels{{"a", ""}, {"b", "2"}};
  EXPECT_EQ(labels.size(), 1U);
  labels.set("b", "");
  EXPECT_TRUE(labels.empty());
  EXPECT_EQ(labels.get("b"), "");
}

TEST(Labels, SetInsertsInOrderAndReplaces) {
  Labels labels{{"a", "1"}, {"c", "3"}};
  labels.set("b", "2");
  labels.set("c", "4");
  EXPECT_EQ(labels.text(), R"({a="1",b="2",c="4"})");
}

TEST(Labels, HashDoesNotRunPairsTogether) {
  EXPECT_NE((Labels{{"a", "bc"}}).hash(), (Labels{{"ab", "c"}}).hash());
  EXPECT_EQ((Labels{{"a", "1"}, {"b", "2"}}).hash(), (Labels{{"b", "2"}, {"a", "1"}}).hash());
}

TEST(Labels, TextQuotesWhatCouldForgeALine) {
  EXPECT_EQ((Labels{{"a", "x\"\n\x1b\\"}}).text(), R"({a="x\"\n\x1b\\"})");
}

TEST(Labels, SharedLabelsAreThoseAllHaveWithTheSameValue) {
  const Labels a{{"job", "api"}, {"instance", "1"}};
  const Labels b{{"job", "api"}, {"instance", "2"}, {"zone", "x"}};
  EXPECT_EQ(shared_labels({&a, &b}), (Labels{{"job", "api"}}));
  EXPECT_EQ(shared_labels({}), Labels{});
}

}  // namespace
}  // namespace tocsin
