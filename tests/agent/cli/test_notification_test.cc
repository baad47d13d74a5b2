#include "agent/cli/test_notification.h"

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

NotifierSettings webhook() {
  WebhookSettings settings;
  settings.http.url = Secret("http://localhost/secret-path");
  NotifierSettings notifier;
  notifier.name = "hook";
  notifier.type = settings;
  return notifier;
}

NotifierSettings mail(std::vector<std::string> to) {
  EmailSettings settings;
  settings.smtp_url = "smtp://localhost:25";
  settings.from = "tocsin@example.org";
  settings.to = std::move(to);
  NotifierSettings notifier;
  notifier.name = "mail";
  notifier.type = settings;
  return notifier;
}

TestOutcome send(ScriptedTransport& transport, const NotifierSettings& settings) {
  return send_test(transport, settings, "https://tocsin.example.org", from_unix_ms(1'763'719'200'000));
}

TEST(SendTest, TheAnswerIsPrintedAsItCame) {
  ScriptedTransport transport([](const Outgoing&) { return answer(202, "queued\nas 7"); });
  const TestOutcome outcome = send(transport, webhook());
  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ("202 queued as 7", outcome.said);
}

TEST(SendTest, AnAcceptanceKeepsTheSecret) {
  ScriptedTransport transport([](const Outgoing&) { return answer(200, "thanks for /secret-path"); });
  EXPECT_EQ("200 thanks for <secret>", send(transport, webhook()).said);
}

TEST(SendTest, TheNotificationIsMarkedAsATest) {
  ScriptedTransport transport([](const Outgoing&) { return answer(200, "ok"); });
  send(transport, webhook());
  EXPECT_THAT(std::get<HttpRequest>(transport.asked.at(0)).body, HasSubstr("Test notification of tocsin"));
}

TEST(SendTest, EveryRecipientOfAMailIsAsked) {
  ScriptedTransport transport([](const Outgoing&) { return answer(250, "250 2.0.0 accepted"); });
  EXPECT_TRUE(send(transport, mail({"a@example.org", "b@example.org", "c@example.org"})).accepted);
  EXPECT_EQ(3U, transport.asked.size());
}

TEST(SendTest, ARefusalSaysWhyAndKeepsTheSecret) {
  ScriptedTransport transport([](const Outgoing&) { return answer(403, "no /secret-path for you"); });
  const TestOutcome outcome = send(transport, webhook());
  EXPECT_FALSE(outcome.accepted);
  EXPECT_THAT(outcome.said, HasSubstr("403"));
  EXPECT_THAT(outcome.said, Not(HasSubstr("secret-path")));
}

TEST(SendTest, ATlsFaultIsTold) {
  ScriptedTransport transport(
      [](const Outgoing&) { return broken(TransportFault::tls, "certificate of localhost has expired"); });
  const TestOutcome outcome = send(transport, webhook());
  EXPECT_FALSE(outcome.accepted);
  EXPECT_THAT(outcome.said, HasSubstr("certificate of localhost has expired"));
}

}  // namespace
}  // namespace tocsin
