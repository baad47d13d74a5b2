#include "agent/cli/outlook.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/agent/cli/scripted_transport.h"

namespace tocsin {
namespace {

using test::answer;
using test::broken;
using test::ScriptedTransport;

std::shared_ptr<const Rule> rule_of(const std::string& name, const std::string& query, const std::string& threshold) {
  auto rule = std::make_shared<Rule>();
  rule->name = name;
  rule->query = query;
  rule->grades = {Grade{Severity::sev2, parse_threshold(threshold).value()}};
  return rule;
}

Config config_of(std::vector<std::shared_ptr<const Rule>> rules) {
  Config config;
  config.prometheus.http.url = Secret("http://localhost:9090");
  config.rules = std::move(rules);
  return config;
}

/// A vector of one series each for these values.
Response vector_of(const std::vector<std::string>& values) {
  std::string result;
  for (const std::string& value : values) {
    result += (result.empty() ? "" : ",") + std::string(R"({"metric":{"n":")") + std::to_string(result.size()) +
              R"("},"value":[1,")" + value + R"("]})";
  }
  return answer(200, R"({"status":"success","data":{"resultType":"vector","result":[)" + result + "]}}");
}

TEST(Look, ABreachWithoutForIsOpenAndWithForPending) {
  ScriptedTransport transport([](const Outgoing&) { return vector_of({"3", "9", "NaN"}); });
  auto patient = std::make_shared<Rule>(*rule_of("Patient", "up", "> 5"));
  patient->for_duration = 1min;
  const auto outlooks = look(transport, config_of({rule_of("Quick", "up", "> 5"), patient}), from_unix_ms(0));
  ASSERT_EQ(2U, outlooks.size());
  EXPECT_EQ(Outlook::State::open, outlooks[0].state);
  EXPECT_EQ(Outlook::State::pending, outlooks[1].state);
  EXPECT_EQ(3U, outlooks[0].series);
  EXPECT_EQ(1U, outlooks[0].breaching);
  EXPECT_EQ(9, outlooks[0].worst);
  EXPECT_EQ("> 5", outlooks[0].threshold);
}

TEST(Look, TheWorstValueLiesInTheDirectionOfTheThreshold) {
  ScriptedTransport transport([](const Outgoing&) { return vector_of({"3", "NaN", "2", "9"}); });
  EXPECT_EQ(2, look(transport, config_of({rule_of("Low", "up", "< 1")}), from_unix_ms(0)).front().worst);
}

TEST(Look, RulesThatShareAQueryAskOnce) {
  ScriptedTransport transport([](const Outgoing&) { return vector_of({"1"}); });
  look(transport, config_of({rule_of("A", "up", "> 5"), rule_of("B", "up", "> 6"), rule_of("C", "down", "> 5")}),
       from_unix_ms(0));
  EXPECT_EQ(2U, transport.asked.size());
}

TEST(Look, AFailedQueryIsUnknownAndSaysWhy) {
  ScriptedTransport transport([](const Outgoing&) { return broken(TransportFault::connect, "connection refused"); });
  const Outlook outlook = look(transport, config_of({rule_of("A", "up", "> 5")}), from_unix_ms(0)).front();
  EXPECT_EQ(Outlook::State::unknown, outlook.state);
  EXPECT_NE("", outlook.error);
  EXPECT_FALSE(outlook.worst);
}

TEST(Look, AnEmptyAnswerBreachesWhereNoDataOpens) {
  ScriptedTransport transport([](const Outgoing&) { return vector_of({}); });
  auto rule = std::make_shared<Rule>(*rule_of("Backup", "age", "> 5"));
  EXPECT_EQ(Outlook::State::inactive, look(transport, config_of({rule}), from_unix_ms(0)).front().state);
  rule->no_data_opens = true;
  const Outlook outlook = look(transport, config_of({rule}), from_unix_ms(0)).front();
  EXPECT_EQ(Outlook::State::open, outlook.state);
  EXPECT_EQ(0U, outlook.series);
  EXPECT_EQ(1U, outlook.breaching);
}

}  // namespace
}  // namespace tocsin
