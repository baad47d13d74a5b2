#include "agent/cli/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/cli/scripted_transport.h"

namespace tocsin {
namespace {

using test::answer;
using test::broken;
using test::ScriptedTransport;
using testing::HasSubstr;
using testing::Not;

TEST(Exchange, ResponsesComeInTheOrderOfRequests) {
  ScriptedTransport transport(
      [](const Outgoing& outgoing) { return answer(200, std::get<HttpRequest>(outgoing).body); });
  std::vector<Outgoing> requests;
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    HttpRequest request = get_request("http://localhost/");
    request.body = body;
    requests.emplace_back(std::move(request));
  }
  std::string bodies;
  for (const Response& response : exchange_all(transport, std::move(requests), 2)) bodies += response.body;
  EXPECT_EQ("abcde", bodies);
  EXPECT_EQ(2U, transport.most_under_way);
}

TEST(Exchange, ATransportThatNeverAnswersIsATimeout) {
  ScriptedTransport transport([](const Outgoing&) { return std::nullopt; });
  HttpRequest request = get_request("http://localhost/");
  request.settings.timeout = Duration{2000};
  const Response response = exchange(transport, std::move(request));
  EXPECT_EQ(TransportFault::timeout, response.fault);
  EXPECT_EQ("no answer within 7s", response.fault_text);
  EXPECT_EQ(1U, transport.canceled.size());
}

TEST(BodyOf, AnErrorOfTheApiIsQuotedWithoutItsEnvelope) {
  const auto body = body_of("http://localhost:9876",
                            answer(404, R"({"status":"error","errorType":"not_found","error":"no incident INC-9"})"));
  ASSERT_FALSE(body);
  EXPECT_EQ("http://localhost:9876 answered 404: no incident INC-9", body.error().text);
}

TEST(BodyOf, AForeignPageIsShownOnOneLineAndCutOff) {
  const auto body = body_of("http://localhost:9876", answer(502, "<html>\n\x1b[2J" + std::string(10'000, 'x')));
  ASSERT_FALSE(body);
  EXPECT_LT(body.error().text.size(), 600U);
  EXPECT_THAT(body.error().text, Not(HasSubstr("\n")));
  EXPECT_THAT(body.error().text, Not(HasSubstr("\x1b")));
}

TEST(BodyOf, AFaultOfTheTransportSaysWhatItIs) {
  const auto body = body_of("http://localhost:1", broken(TransportFault::connect, "connection refused"));
  ASSERT_FALSE(body);
  EXPECT_EQ("http://localhost:1: connection refused", body.error().text);
}

}  // namespace
}  // namespace tocsin
