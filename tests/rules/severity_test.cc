#include "rules/severity.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Severity, HasFourNamesAndTwoSetsOfAliases) {
  for (const char* text : {"SEV1", "critical", "P0"}) EXPECT_EQ(parse_severity(text), Severity::sev1) << text;
  for (const char* text : {"SEV2", "high", "P1"}) EXPECT_EQ(parse_severity(text), Severity::sev2) << text;
  for (const char* text : {"SEV3", "medium", "P2"}) EXPECT_EQ(parse_severity(text), Severity::sev3) << text;
  for (const char* text : {"SEV4", "low", "P3"}) EXPECT_EQ(parse_severity(text), Severity::sev4) << text;
}

TEST(Severity, CaseMattersNot) {
  EXPECT_EQ(parse_severity("sev2"), Severity::sev2);
  EXPECT_EQ(parse_severity("Critical"), Severity::sev1);
  EXPECT_EQ(parse_severity("p3"), Severity::sev4);
}

TEST(Severity, OtherTextsAreNone) {
  for (const char* text : {"", "SEV0", "SEV5", "SEV", "P4", "SEV1 ", "warning"})
    EXPECT_FALSE(parse_severity(text)) << text;
}

TEST(Severity, ItsTextIsItsNameAndReadsBack) {
  for (const Severity severity : {Severity::sev1, Severity::sev2, Severity::sev3, Severity::sev4}) {
    EXPECT_EQ(parse_severity(severity_text(severity)), severity);
  }
  EXPECT_EQ(severity_text(Severity::sev1), "SEV1");
  EXPECT_EQ(severity_text(Severity::sev4), "SEV4");
}

TEST(Severity, Sev1IsTheWorst) {
  EXPECT_TRUE(worse(Severity::sev1, Severity::sev2));
  EXPECT_FALSE(worse(Severity::sev4, Severity::sev4));
}

}  // namespace
}  // namespace tocsin
