#include "agent/base/mostly_empty.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace tocsin {
namespace {

using Numbers = MostlyEmpty<std::vector<int>>;

TEST(MostlyEmpty, IsAsLargeAsAPointer) {
  EXPECT_EQ(sizeof(Numbers), sizeof(void*));
}

TEST(MostlyEmpty, IsWhatItWasMadeOf) {
  EXPECT_EQ(*Numbers({1, 2}), std::vector({1, 2}));
  EXPECT_TRUE(Numbers()->empty());
  EXPECT_EQ(Numbers(), Numbers(std::vector<int>()));
  EXPECT_NE(Numbers(), Numbers({1}));
}

TEST(MostlyEmpty, HasCopiesOfItsOwn) {
  Numbers numbers({1});
  const Numbers copy = numbers;
  numbers.change([](std::vector<int>& all) { all.push_back(2); });
  EXPECT_EQ(*copy, std::vector({1}));
  EXPECT_EQ(*numbers, std::vector({1, 2}));
  numbers = {};
  EXPECT_TRUE(numbers->empty());
}

TEST(MostlyEmpty, KeepsWhatLiesInItInItsPlaceWhileItIsNotEmpty) {
  MostlyEmpty<std::map<int, std::string>> texts;
  texts.change([](auto& all) { all[1] = "one"; });
  const std::string* one = &texts->at(1);
  const std::size_t size = texts.change([](auto& all) {
    all[2] = "two";
    return all.size();
  });
  EXPECT_EQ(size, 2U);
  EXPECT_EQ(&texts->at(1), one);
}

TEST(MostlyEmpty, CanBeEmptiedAndFilledAgain) {
  Numbers numbers({1});
  numbers.change([](std::vector<int>& all) { all.clear(); });
  EXPECT_EQ(numbers, Numbers());
  numbers.change([](std::vector<int>& all) { all = {3}; });
  EXPECT_EQ(*numbers, std::vector({3}));
}

}  // namespace
}  // namespace tocsin
