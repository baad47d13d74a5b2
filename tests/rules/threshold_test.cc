#include "rules/threshold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace tocsin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Threshold threshold(std::string_view text) {
  const auto parsed = parse_threshold(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().text);
  return parsed.value_or(Threshold{});
}

std::string error_of(std::string_view text) {
  const auto parsed = parse_threshold(text);
  return parsed ? "no error" : parsed.error().text;
}

TEST(Threshold, TakesAllSixComparisons) {
  EXPECT_EQ(threshold("> 0.05"), (Threshold{Comparison::greater, 0.05}));
  EXPECT_EQ(threshold(">= 1"), (Threshold{Comparison::greater_equal, 1}));
  EXPECT_EQ(threshold("< -2.5"), (Threshold{Comparison::less, -2.5}));
  EXPECT_EQ(threshold("<= 1e6"), (Threshold{Comparison::less_equal, 1e6}));
  EXPECT_EQ(threshold("== 0"), (Threshold{Comparison::equal, 0}));
  EXPECT_EQ(threshold("!= 1"), (Threshold{Comparison::not_equal, 1}));
}

TEST(Threshold, TakesWhatPromqlTakesForANumber) {
  EXPECT_EQ(threshold(">0.05").bound, 0.05);
  EXPECT_EQ(threshold("  >\t.5  ").bound, 0.5);
  EXPECT_EQ(threshold("> +5").bound, 5);
  EXPECT_EQ(threshold("> 0x1F").bound, 31);
  EXPECT_EQ(threshold("> 1e-3").bound, 0.001);
  EXPECT_EQ(threshold("< Inf").bound, kInfinity);
  EXPECT_EQ(threshold("< +Inf").bound, kInfinity);
  EXPECT_EQ(threshold("> -inf").bound, -kInfinity);
}

TEST(Threshold, RefusesWhatIsNone) {
  for (const char* text : {"", "5", "> ", ">", "> x", "> 1 2", "> 5%", "> 5m", "> --5", "> +-5", "> 0x", "> 0xinf",
                           "> 1e999", ">> 1", "> 1,5", "between 1 and 2"}) {
    EXPECT_FALSE(parse_threshold(text)) << text;
  }
}

TEST(Threshold, ErrorsNameTheRemedy) {
  EXPECT_EQ(error_of("=> 5"), "\"=> 5\" is no threshold; write >= for \"at least\"");
  EXPECT_EQ(error_of("=< 5"), "\"=< 5\" is no threshold; write <= for \"at most\"");
  EXPECT_EQ(error_of("= 5"), "\"= 5\" is no threshold; write == for \"equal\"");
  EXPECT_EQ(error_of("5"), "\"5\" is no threshold; write a comparison (> >= < <= == !=) and a number, like \"> 0.05\"");
  EXPECT_EQ(error_of("> 5%"), "\"5%\" in threshold \"> 5%\" is no number; write one like 0.05, 1e6 or +Inf");
  EXPECT_EQ(error_of("> NaN"), "threshold \"> NaN\": NaN satisfies no comparison; give a number");
}

TEST(Threshold, NanSatisfiesNothing) {
  for (const char* text : {"> 0", ">= 0", "< 0", "<= 0", "== 0", "!= 0"}) {
    EXPECT_FALSE(threshold(text).satisfied_by(kNan)) << text;
  }
}

TEST(Threshold, ComparesAtAndAroundItsBound) {
  EXPECT_FALSE(threshold("> 1").satisfied_by(1));
  EXPECT_TRUE(threshold("> 1").satisfied_by(1.5));
  EXPECT_TRUE(threshold(">= 1").satisfied_by(1));
  EXPECT_FALSE(threshold("< 1").satisfied_by(1));
  EXPECT_TRUE(threshold("<= 1").satisfied_by(1));
  EXPECT_TRUE(threshold("== 1").satisfied_by(1));
  EXPECT_FALSE(threshold("!= 1").satisfied_by(1));
  EXPECT_TRUE(threshold("!= 1").satisfied_by(-kInfinity));
  EXPECT_TRUE(threshold("> 1").satisfied_by(kInfinity));
  EXPECT_TRUE(threshold("== 0").satisfied_by(-0.0));
}

TEST(Threshold, TextReadsBackAsTheSameThreshold) {
  for (const char* text : {"> 0.05", ">= 1000000", "< -2.5", "<= 1e+21", "== 1e-07", "!= +Inf", "> -Inf", "< 0.1"}) {
    EXPECT_EQ(threshold(text).text(), text);
  }
  EXPECT_EQ(threshold(">1e6").text(), "> 1000000");
}

TEST(Threshold, TheWorseValueIsFurtherIntoTheBreach) {
  EXPECT_TRUE(threshold("> 1").worse(3, 2));
  EXPECT_FALSE(threshold("> 1").worse(2, 2));
  EXPECT_TRUE(threshold("<= 1").worse(-3, 0));
  EXPECT_TRUE(threshold("!= 10").worse(5, 14));
  EXPECT_FALSE(threshold("!= 10").worse(6, 14));
  EXPECT_TRUE(threshold("!= 0").worse(-kInfinity, 14));
  EXPECT_TRUE(threshold("!= +Inf").worse(0, kInfinity));
  EXPECT_FALSE(threshold("== 1").worse(1, 1));
}

TEST(Threshold, NanIsNeverWorse) {
  for (const char* text : {"> 0", "< 0", "!= 0"}) {
    EXPECT_FALSE(threshold(text).worse(kNan, 1)) << text;
    EXPECT_TRUE(threshold(text).worse(1, kNan)) << text;
    EXPECT_FALSE(threshold(text).worse(kNan, kNan)) << text;
  }
}

TEST(ThresholdOverlap, IsWhereSomeValueSatisfiesBoth) {
  EXPECT_FALSE(overlap(threshold("> 0.05"), threshold("< 0.03")));
  EXPECT_FALSE(overlap(threshold("> 0.05"), threshold("<= 0.05")));
  EXPECT_TRUE(overlap(threshold("> 0.05"), threshold("< 0.06")));
  EXPECT_TRUE(overlap(threshold(">= 1"), threshold("<= 1")));
  EXPECT_FALSE(overlap(threshold(">= 1"), threshold("< 1")));
  EXPECT_FALSE(overlap(threshold("== 1"), threshold("!= 1")));
  EXPECT_TRUE(overlap(threshold("!= 1"), threshold("!= 2")));
  EXPECT_TRUE(overlap(threshold("!= 1"), threshold(">= 1")));
  EXPECT_FALSE(overlap(threshold("!= 1"), threshold("== 1")));
  EXPECT_TRUE(overlap(threshold("== 2"), threshold("!= 1")));
}

TEST(ThresholdOverlap, KnowsThatNothingLiesBeyondTheInfinitiesNorBetweenNeighbours) {
  EXPECT_FALSE(overlap(threshold("> +Inf"), threshold("!= 0")));
  EXPECT_FALSE(overlap(threshold("< -Inf"), threshold("!= 0")));
  EXPECT_TRUE(overlap(threshold(">= +Inf"), threshold("!= 0")));
  EXPECT_FALSE(overlap(threshold("!= +Inf"), (Threshold{Comparison::greater, DBL_MAX})));
  EXPECT_FALSE(overlap(threshold("> 1"), (Threshold{Comparison::less, std::nextafter(1, 2)})));
}

TEST(ThresholdImplies, IsWhereEveryValueOfTheInnerSatisfiesTheOuter) {
  EXPECT_TRUE(implies(threshold("> 0.05"), threshold("> 0.01")));
  EXPECT_FALSE(implies(threshold("> 0.01"), threshold("> 0.05")));
  EXPECT_TRUE(implies(threshold("> 1"), threshold(">= 1")));
  EXPECT_FALSE(implies(threshold(">= 1"), threshold("> 1")));
  EXPECT_TRUE(implies(threshold("< 1"), threshold("<= 1")));
  EXPECT_TRUE(implies(threshold("== 5"), threshold("> 1")));
  EXPECT_TRUE(implies(threshold("> 1"), threshold("!= 1")));
  EXPECT_FALSE(implies(threshold("!= 1"), threshold("> 1")));
  EXPECT_TRUE(implies(threshold("!= 1"), threshold("!= 1")));
  EXPECT_FALSE(implies(threshold("!= 1"), threshold("!= 2")));
  EXPECT_FALSE(implies(threshold("> 1"), threshold("< 5")));
  EXPECT_TRUE(implies(threshold("> +Inf"), threshold("== 0"))) << "what nothing satisfies implies everything";
}

/// All bounds against all bounds, judged by values at, between and beyond them.
TEST(ThresholdAlgebra, AgreesWithTryingValues) {
  const std::vector<double> bounds = {-kInfinity, -DBL_MAX, -1, 0, 1, 2, DBL_MAX, kInfinity};
  std::vector<double> values = {-kInfinity, kInfinity, -5, -0.5, 0.5, 1.5, 3};
  for (const double bound : bounds) {
    values.insert(values.end(), {bound, std::nextafter(bound, -kInfinity), std::nextafter(bound, kInfinity)});
  }
  std::vector<Threshold> all;
  for (int kind = 0; kind < 6; ++kind) {
    for (const double bound : bounds) all.push_back({static_cast<Comparison>(kind), bound});
  }
  for (const Threshold& a : all) {
    for (const Threshold& b : all) {
      bool some_both = false;
      bool all_both = true;
      for (const double value : values) {
        some_both |= a.satisfied_by(value) && b.satisfied_by(value);
        all_both &= !a.satisfied_by(value) || b.satisfied_by(value);
      }
      EXPECT_EQ(overlap(a, b), some_both) << a.text() << " and " << b.text();
      EXPECT_EQ(implies(a, b), all_both) << a.text() << " implies " << b.text();
    }
  }
}

TEST(Threshold, AnyBytesAreAThresholdOrAnError) {
  std::mt19937 random(1);
  constexpr std::string_view kAlphabet = "<>=! +-.0123456789eExXinfINFnaNA%\xff";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t length = random() % 10; length > 0; --length) text += kAlphabet[random() % kAlphabet.size()];
    const auto parsed = parse_threshold(text);
    if (parsed) {
      EXPECT_EQ(parse_threshold(parsed->text()), *parsed) << text;
    } else {
      EXPECT_FALSE(parsed.error().text.empty());
    }
  }
}

}  // namespace
}  // namespace tocsin
