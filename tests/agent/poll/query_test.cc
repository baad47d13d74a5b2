#include "agent/poll/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Query, AsksForACompressedAnswerOnlyFromAnotherMachine) {
  PrometheusConfig prometheus;
  EXPECT_TRUE(instant_query(prometheus, "up", Timestamp{}).accept_gzip);
  prometheus.on_loopback = true;
  EXPECT_FALSE(instant_query(prometheus, "up", Timestamp{}).accept_gzip);
}

/// As a server reads a form: what it means something in is escaped.
TEST(Query, EscapesWhatMeansSomethingInAForm) {
  const auto body = [](std::string_view query) { return instant_query({}, query, Timestamp{}).body; };
  EXPECT_THAT(body("f(x, 'y') / 2"), testing::StartsWith("query=f(x,%20'y')%20/%202&time="));
  EXPECT_THAT(body("a + b & c = d; e % 2 #\n"),
              testing::StartsWith("query=a%20%2B%20b%20%26%20c%20%3D%20d%3B%20e%20%25%202%20%23%0A&time="));
  EXPECT_THAT(body("{a=\"\u00e4\"}[5m]"), testing::StartsWith("query=%7Ba%3D%22%C3%A4%22%7D%5B5m%5D&time="));
}

/// Other programs take links out of texts, and may end them at a parenthesis or a quote.
TEST(Query, EscapesNearlyAllInALink) {
  PrometheusConfig prometheus;
  prometheus.http.url = Secret("http://prometheus.example.org");
  EXPECT_EQ(graph_url(prometheus, "f('x')"), "http://prometheus.example.org/graph?g0.expr=f%28%27x%27%29&g0.tab=1");
}

}  // namespace
}  // namespace tocsin
