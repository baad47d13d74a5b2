#include "agent/cli/query_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/cli/scripted_transport.h"

namespace tocsin {
namespace {

using test::answer;
using test::broken;
using test::ScriptedTransport;
using testing::EndsWith;
using testing::HasSubstr;

LoadedConfig with_queries(std::vector<QueryPlace> queries) {
  Config config;
  config.prometheus.http.url = Secret("http://localhost:9090/prometheus");
  LoadedConfig loaded;
  loaded.config = std::make_shared<const Config>(config);
  loaded.queries = std::move(queries);
  return loaded;
}

std::string url_of(const Outgoing& outgoing) {
  return std::get<HttpRequest>(outgoing).settings.url.reveal();
}

TEST(CheckQueries, WhatPrometheusRefusesIsReportedAtTheQuerysPlace) {
  ScriptedTransport transport([](const Outgoing& outgoing) {
    if (std::get<HttpRequest>(outgoing).body == "query=up") return answer(200, R"({"status":"success","data":"up"})");
    return answer(400, R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected end"})");
  });
  const auto faults =
      check_queries(transport, with_queries({{"Good", "up", "rules.toml", 3, 1}, {"Bad", "sum(", "rules.toml", 9, 5}}));
  ASSERT_EQ(1U, faults.size());
  EXPECT_THAT(faults[0].str(), HasSubstr("rules.toml:9:5: "));
  EXPECT_THAT(faults[0].text, HasSubstr("Bad"));
  EXPECT_THAT(faults[0].text, EndsWith("1:5: parse error: unexpected end"));
}

TEST(CheckQueries, WhatPrometheusRepeatsOfASecretIsNotShown) {
  ScriptedTransport transport([](const Outgoing&) { return answer(401, "Bearer s3cr3t-t0k3n is wrong"); });
  LoadedConfig loaded = with_queries({{"Good", "up", "rules.toml", 3, 1}});
  Config config = *loaded.config;
  config.prometheus.http.bearer_token = Secret("s3cr3t-t0k3n");
  loaded.config = std::make_shared<const Config>(config);
  const auto faults = check_queries(transport, loaded);
  ASSERT_EQ(1U, faults.size());
  EXPECT_THAT(faults[0].text, EndsWith("Bearer <secret> is wrong"));
}

TEST(CheckQueries, APageThatIsNotPrometheussParsesNothing) {
  for (const char* page : {"<html>login</html>", "{}", R"({"status":"error","error":"no"})"}) {
    ScriptedTransport transport([page](const Outgoing&) { return answer(200, page); });
    const auto faults = check_queries(transport, with_queries({{"Good", "up", "rules.toml", 3, 1}}));
    ASSERT_EQ(1U, faults.size()) << page;
    EXPECT_THAT(faults[0].text, HasSubstr("not the JSON of Prometheus's API"));
  }
}

TEST(CheckQueries, ARedirectSaysWhereItPoints) {
  ScriptedTransport transport([](const Outgoing&) {
    Response response = answer(302, "");
    response.location = "https://login.example.org/";
    return response;
  });
  const auto faults = check_queries(transport, with_queries({{"Good", "up", "rules.toml", 3, 1}}));
  ASSERT_EQ(1U, faults.size());
  EXPECT_THAT(faults[0].text, HasSubstr("points to https://login.example.org/"));
}

TEST(CheckQueries, AnOutageLeavesWhatWasFoundBefore) {
  ScriptedTransport transport([](const Outgoing& outgoing) {
    if (std::get<HttpRequest>(outgoing).body != "query=sum%28") return broken(TransportFault::timeout, "timed out");
    return answer(400, R"({"status":"error","errorType":"bad_data","error":"parse error"})");
  });
  const auto faults =
      check_queries(transport, with_queries({{"Bad", "sum(", "rules.toml", 3, 1}, {"Good", "up", "rules.toml", 9, 1}}));
  ASSERT_EQ(2U, faults.size());
  EXPECT_THAT(faults[0].text, HasSubstr("parse error"));
  EXPECT_THAT(faults[1].text, HasSubstr("cannot ask"));
}

TEST(CheckQueries, ThePathPrefixIsKept) {
  ScriptedTransport transport([](const Outgoing&) { return answer(200, R"({"status":"success","data":"up"})"); });
  check_queries(transport, with_queries({{"Good", "up", "rules.toml", 3, 1}}));
  EXPECT_EQ("http://localhost:9090/prometheus/api/v1/format_query", url_of(transport.asked.at(0)));
}

TEST(CheckQueries, APrometheusWithoutFormatQueryRunsTheQuery) {
  ScriptedTransport transport([](const Outgoing& outgoing) {
    const bool is_unknown = url_of(outgoing).ends_with("format_query");
    return answer(is_unknown ? 404 : 200, is_unknown ? "{}" : R"({"status":"success","data":{}})");
  });
  EXPECT_TRUE(check_queries(transport, with_queries({{"Good", "up", "rules.toml", 3, 1}})).empty());
  EXPECT_EQ(2U, transport.asked.size());
}

TEST(CheckQueries, AnUnreachablePrometheusIsOneFault) {
  ScriptedTransport transport([](const Outgoing&) { return broken(TransportFault::connect, "connection refused"); });
  const auto faults = check_queries(transport, with_queries({{"A", "up", "rules.toml", 3, 1}, {"B", "up", "r", 9, 1}}));
  ASSERT_EQ(1U, faults.size());
  EXPECT_THAT(faults[0].text, HasSubstr("cannot ask Prometheus"));
  EXPECT_THAT(faults[0].text, EndsWith("connection refused"));
}

}  // namespace
}  // namespace tocsin
