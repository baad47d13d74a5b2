#include "agent/base/labels.h"

#include <gtest/gtest.h>

#include <unordered_set>

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

TEST(Labels, HashSeesEachByteOfNamesAndValuesOfAnyLength) {
  std::unordered_set<std::size_t> hashes;
  std::size_t count = 0;
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t changed = 0; changed < size; ++changed) {
      std::string text(size, 'x');
      text[changed] = 'y';
      hashes.insert((Labels{{text, "1"}, {"z", "1"}}).hash());
      hashes.insert((Labels{{"a", text}, {"z", "1"}}).hash());
      count += 2;
    }
  }
  for (int number = 0; number < 100'000; ++number) {
    hashes.insert((Labels{{"a", std::to_string(number)}, {"z", "1"}}).hash());
    ++count;
  }
  EXPECT_EQ(hashes.size(), count);
}

TEST(Labels, AreFoundByThePairsTheyWouldBeMadeOf) {
  for (const std::size_t size : {1U, 2U, 3U, 4U, 7U, 8U, 9U, 16U, 17U, 300U}) {
    const std::string text(size, 'x');
    const Labels labels{{text, "of the name"}, {"y", text}};
    const std::unordered_set<Labels, LabelsHash, LabelsEqual> set{labels};
    std::vector<Labels::Pair> pairs(labels.begin(), labels.end());
    EXPECT_EQ(Labels(LabelPairs(pairs)), labels) << size;
    EXPECT_TRUE(set.contains(LabelPairs(pairs))) << size;
    pairs.pop_back();
    EXPECT_FALSE(set.contains(LabelPairs(pairs))) << size;
  }
}

TEST(Labels, PairsArePutInTheOrderOfLabels) {
  using Pairs = std::vector<Labels::Pair>;
  Pairs sorted{{"B", "1"}, {"a", "1"}, {"ab", ""}, {"b", "2"}, {"\xc3\xbc", "3"}};
  EXPECT_TRUE(put_in_order(sorted));
  EXPECT_EQ(sorted, (Pairs{{"B", "1"}, {"a", "1"}, {"b", "2"}, {"\xc3\xbc", "3"}}));
  Pairs twice{{"b", "1"}, {"a", "1"}, {"b", "2"}, {"a", ""}};
  EXPECT_FALSE(put_in_order(twice));
  EXPECT_EQ(twice, (Pairs{{"b", "2"}}));
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

TEST(Labels, CopiesAreOneAndOutliveWhatTheyAreOf) {
  Labels copy;
  {
    const Labels labels{{"a", "1"}};
    copy = labels;
    EXPECT_EQ(copy.get("a").data(), labels.get("a").data());
  }
  Labels moved = std::move(copy);
  EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move): as it is with a string
  copy = moved;
  copy.set("a", "2");
  EXPECT_EQ(moved.text(), R"({a="1"})");
}

TEST(Labels, SharedLabelsAreThoseAllHaveWithTheSameValue) {
  const Labels a{{"job", "api"}, {"instance", "1"}};
  const Labels b{{"job", "api"}, {"instance", "2"}, {"zone", "x"}};
  EXPECT_EQ(shared_labels({&a, &b}), (Labels{{"job", "api"}}));
  EXPECT_EQ(shared_labels({}), Labels{});
}

}  // namespace
}  // namespace tocsin
