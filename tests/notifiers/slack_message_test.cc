#include "notifiers/slack_message.h"

#include <gtest/gtest.h>

#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;

const Json* find_block(const Json& message, std::string_view type) {
  for (const Json& block : message.at("attachments")[0].at("blocks")) {
    if (string_member(block, "type") == type) {
      return &block;
    }
  }
  return nullptr;
}

TEST(SlackMessage, ButtonsAreLinksToTheWebOnly) {
  Notification open = samples::notification(Kind::open);
  open.incident.annotations = {{"runbook_url", "javascript:alert(1)"},
                               {"dashboard_url", "https://grafana.example.org/d/1"}};
  open.incident.url.clear();
  open.incident.query_url.clear();
  const Json message = slack_message(open);
  ASSERT_EQ(find_block(message, "actions")->at("elements").size(), 1U);
  EXPECT_EQ(find_block(message, "actions")->at("elements")[0]["url"], "https://grafana.example.org/d/1");
  EXPECT_NE(json_text(message).find("Runbook: javascript:alert(1)"), std::string::npos) << "shown as plain text";
}

TEST(SlackMessage, MentionsInLabelsAreEscaped) {
  Notification open = samples::notification(Kind::open);
  open.incident.labels.set("service", "<!channel>");
  open.incident.annotations = {{"summary", "<@U123> & <https://evil.example.org|bank>"}};
  const std::string text = json_text(slack_message(open));
  EXPECT_EQ(text.find("<!channel>"), std::string::npos);
  EXPECT_EQ(text.find("<@U123>"), std::string::npos);
  EXPECT_NE(text.find("&lt;@U123&gt; &amp; &lt;https"), std::string::npos);
}

TEST(SlackMessage, ColorTellsSeverityAndState) {
  const auto color = [](Kind kind) {
    return string_member(slack_message(samples::notification(kind)).at("attachments")[0], "color");
  };
  EXPECT_NE(color(Kind::open), color(Kind::escalate));
  EXPECT_NE(color(Kind::escalate), color(Kind::acknowledge));
  EXPECT_EQ(color(Kind::resolve), "#2E7D32");
  EXPECT_EQ(color(Kind::past), "#2E7D32");
}

TEST(SlackMessage, StandingMessageShowsThePresentState) {
  const std::string text = string_member(slack_standing_message(samples::notification(Kind::escalate)), "text");
  EXPECT_NE(text.find("*SEV1*"), std::string::npos);
  EXPECT_NE(text.find(": open\n"), std::string::npos) << text;
}

TEST(SlackMessage, DigestNamesEveryIncidentBySeverity) {
  const std::string text = json_text(slack_digest(samples::digest(40)));
  for (int number = 1; number <= 40; ++number) {
    EXPECT_NE(text.find("INC-" + std::to_string(number) + " "), std::string::npos) << number;
  }
  EXPECT_NE(text.find("40 incidents: 10 SEV1, 10 SEV2, 10 SEV3, 10 SEV4"), std::string::npos);
}

TEST(SlackMessage, DigestCountsWhatHasNoRoom) {
  const Json digest = slack_digest(samples::digest(5000));
  const std::string last = digest["attachments"][0]["blocks"].back()["text"]["text"];
  EXPECT_TRUE(last.starts_with("... and ") && last.ends_with(" more")) << last;
}

TEST(SlackWebhook, AcknowledgmentIsAShortLine) {
  const Outgoing outgoing = samples::subject("slack-webhook").make()->build(samples::notification(Kind::acknowledge));
  const Json body = parse_json(samples::http_request(outgoing).body);
  EXPECT_FALSE(body.contains("attachments"));
  EXPECT_EQ(body.at("unfurl_links"), false);
  EXPECT_EQ(body.at("unfurl_media"), false);
  EXPECT_NE(string_member(body, "text").find("acknowledged by ada"), std::string::npos);
}

TEST(SlackWebhook, AcceptedOnlyWhereTheAnswerIsOk) {
  const auto notifier = samples::subject("slack-webhook").make();
  const Notification open = samples::notification(Kind::open);
  EXPECT_EQ(notifier->judge(open, samples::http(200, "ok")).outcome, Verdict::Outcome::accepted);
  EXPECT_EQ(notifier->judge(open, samples::http(200, R"({"ok":true})")).outcome, Verdict::Outcome::accepted);
  const Verdict strange = notifier->judge(open, samples::http(200, "<html>welcome</html>"));
  EXPECT_EQ(strange.outcome, Verdict::Outcome::refused) << "trying again could post it again and again";
  EXPECT_TRUE(strange.maybe_seen);
  EXPECT_EQ(notifier->judge(open, samples::http(404, "no_service")).reason, "HTTP 404: no_service");
}

TEST(SlackWebhook, WantsAllButDeescalate) {
  const auto notifier = samples::subject("slack-webhook").make();
  for (const Kind kind : samples::kAllKinds) {
    EXPECT_EQ(notifier->wants(kind), kind != Kind::deescalate) << kind_text(kind);
  }
}

}  // namespace
}  // namespace tocsin
