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

TEST(Labels, GiveBackTextsOfAnyLengthAndAnyBytes) {
  const std::string longest(100'000, 'x');
  for (const std::size_t size : {1U, 15U, 254U, 255U, 256U, 65'536U}) {
    const std::string text = longest.substr(0, size);
    const Labels labels{{text, "of the name"}, {"y", text}, {"z", "behind"}};
    EXPECT_EQ(labels.get(text), "of the name") << size;
    EXPECT_EQ(labels.get("y"), text) << size;
    EXPECT_EQ(labels.get("z"), "behind") << size;
    EXPECT_EQ(labels.size(), 3U) << size;
  }
  const std::string bytes(
      "\0\xff\x03"
      "b",
      4);
  EXPECT_EQ((Labels{{"a", bytes}, {"b", "2"}}).get("a"), bytes);
}

TEST(Labels, ArePassedOverInTheOrderOfTheirNames) {
  const Labels labels{{"b", "2"}, {"a", "1"}};
  std::string seen;
  for (const auto& [name, value] : labels) seen.append(name).append(value);
  EXPECT_EQ(seen, "a1b2");
}

TEST(Labels, AreOrderedPairByPairAndNotByLength) {
  EXPECT_LT((Labels{{"a", "1"}}), (Labels{{"a", "1"}, {"b", "0"}}));
  EXPECT_LT((Labels{{"a", "10"}}), (Labels{{"a", "2"}}));
  EXPECT_LT((Labels{{"aa", "1"}}), (Labels{{"b", "1"}}));
  EXPECT_LT(Labels{}, (Labels{{"a", "1"}}));
}

TEST(Labels, SetTakesAValueOfTheirOwn) {
  Labels labels{{"a", "1"}, {"b", "2"}};
  labels.set("a", labels.get("b"));
  labels.set("c", labels.get("a"));
  EXPECT_EQ(labels.text(), R"({a="2",b="2",c="2"})");
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
