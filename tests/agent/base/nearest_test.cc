#include "agent/base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tocsin {
namespace {

const std::vector<std::string> kKeys = {"interval", "threshold", "thresholds", "for", "recover_for"};

TEST(Nearest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(nearest("intervall", kKeys), "interval");
  EXPECT_EQ(nearest("tresholds", kKeys), "thresholds");
  EXPECT_EQ(nearest("fro", kKeys), "for");
}

TEST(Nearest, IgnoresCase) {
  EXPECT_EQ(nearest("INTERVAL", kKeys), "interval");
}

TEST(Nearest, FindsNothingWhereNothingIsClose) {
  EXPECT_EQ(nearest("colour", kKeys), std::nullopt);
  EXPECT_EQ(nearest("xyz", kKeys), std::nullopt);
  EXPECT_EQ(nearest("interval", {}), std::nullopt);
}

TEST(Nearest, GivesUpOnAbsurdlyLongWords) {
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), kKeys), std::nullopt);
}

TEST(Suggestion, ListsWhatIsKnownWhereNothingIsClose) {
  EXPECT_EQ(suggestion("intervall", kKeys), "did you mean `interval`?");
  EXPECT_EQ(suggestion("colour", {"b", "a"}), "known here: a, b");
  EXPECT_EQ(suggestion("colour", {}), "there is none to choose from");
}

}  // namespace
}  // namespace tocsin
