#include "agent/api/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(Target, IsSplitIntoSegmentsAndParameters) {
  const Result<Target> target = parse_target("/api/v1/incidents?state=open&limit=5");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("api", "v1", "incidents"));
  EXPECT_THAT(target->query, ElementsAre(Pair("state", "open"), Pair("limit", "5")));
}

TEST(Target, DecodesAfterSplittingSoThatAnEncodedSlashIsNoSeparator) {
  const Result<Target> target = parse_target("/incidents/INC%2d1%2Fnotes");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("incidents", "INC-1/notes"));
}

TEST(Target, KeepsEmptySegments) {
  EXPECT_THAT(parse_target("/")->path, ElementsAre(""));
  EXPECT_THAT(parse_target("//metrics/")->path, ElementsAre("", "metrics", ""));
}

TEST(Target, PlusIsASpaceInTheQueryOnly) {
  const Result<Target> target = parse_target("/a+b?since=2026-01-01T00:00:00%2B01:00&by=a+b");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("a+b"));
  EXPECT_EQ(target->parameter("since"), "2026-01-01T00:00:00+01:00");
  EXPECT_EQ(target->parameter("by"), "a b");
}

TEST(Target, TakesTheFirstOfRepeatedParametersAndNothingForMissingOnes) {
  const Result<Target> target = parse_target("/?a=1&a=2&b&&=x&c=d=e");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->parameter("a"), "1");
  EXPECT_EQ(target->parameter("b"), "");
  EXPECT_EQ(target->parameter("c"), "d=e");
  EXPECT_EQ(target->parameter("nope"), "");
}

TEST(Target, LeavesTheFragmentOut) {
  EXPECT_EQ(parse_target("/?a=1#b")->parameter("a"), "1");
  EXPECT_THAT(parse_target("/x#?a=1")->path, ElementsAre("x"));
}

TEST(Target, RefusesWhatIsNoPath) {
  for (const char* text : {"", "metrics", "*", "http://localhost/metrics"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(Target, RefusesBrokenEscapesAndControlCharacters) {
  for (const char* text :
       {"/%", "/%2", "/%zz", "/%+1", "/%-1", "/?a=%", "/?%g0=1", "/%00", "/%0a", "/?a=%7f", "/\x01"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  EXPECT_THAT(parse_target("/100%").error().text, HasSubstr("'%25'"));
}

}  // namespace
}  // namespace tocsin
