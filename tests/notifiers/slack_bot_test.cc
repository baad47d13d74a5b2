#include "notifiers/slack_bot.h"

#include <gtest/gtest.h>

#include "notifiers/json.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;
using Outcome = Verdict::Outcome;

class SlackBot : public testing::Test {
 protected:
  std::unique_ptr<const Notifier> notifier_ = samples::subject("slack-bot").make();

  static Notification known(Kind kind) {
    Notification notification = samples::notification(kind);
    notification.remembered = {{"slack_ts", "1.000200"}, {"slack_channel", "C0123"}, {"slack_updated", "1"}};
    return notification;
  }
  std::string method(const Notification& notification) const {
    const Outgoing outgoing = notifier_->build(notification);
    const std::string& url = samples::http_request(outgoing).settings.url.reveal();
    return url.substr(url.rfind('/') + 1);
  }
  Json body(const Notification& notification) const {
    const Outgoing outgoing = notifier_->build(notification);
    return parse_json(samples::http_request(outgoing).body);
  }
  static void remember(Notification& notification, const Verdict& verdict) {
    for (const auto& [name, value] : verdict.remember) {
      notification.remembered[name] = value;
    }
  }
  static Response error(const std::string& word) {
    return samples::http(200, R"({"ok":false,"error":")" + word + "\"}");
  }
};

TEST_F(SlackBot, OpeningIsPostedAndItsPlaceRemembered) {
  Notification open = samples::notification(Kind::open);
  EXPECT_EQ(method(open), "chat.postMessage");
  EXPECT_EQ(body(open)["channel"], "#incidents");
  samples::deliver(*notifier_, open);
  EXPECT_EQ(open.recall("slack_ts"), "1503435956.000247");
  EXPECT_EQ(open.recall("slack_channel"), "C0123");
}

TEST_F(SlackBot, TokenGoesIntoTheHeaderAndNowhereElse) {
  const Outgoing outgoing = notifier_->build(samples::notification(Kind::open));
  const HttpRequest& request = samples::http_request(outgoing);
  EXPECT_EQ(request.settings.bearer_token.reveal(), "xoxb-bot-token");
  EXPECT_EQ(request.body.find("xoxb"), std::string::npos);
  EXPECT_EQ(request.content_type, "application/json; charset=utf-8");
}

TEST_F(SlackBot, ChangeUpdatesTheMessageThenRepliesInItsThread) {
  Notification resolve = known(Kind::resolve);
  EXPECT_EQ(method(resolve), "chat.update");
  EXPECT_EQ(body(resolve)["ts"], "1.000200");
  EXPECT_EQ(body(resolve)["attachments"][0]["color"], "#2E7D32");
  const Verdict updated = notifier_->judge(resolve, samples::http(200, R"({"ok":true})"));
  EXPECT_EQ(updated.outcome, Outcome::more);
  remember(resolve, updated);
  EXPECT_EQ(method(resolve), "chat.postMessage");
  EXPECT_EQ(body(resolve)["thread_ts"], "1.000200");
  EXPECT_NE(body(resolve)["text"].get<std::string>().find("resolved after 12 minutes"), std::string::npos);
  EXPECT_EQ(notifier_->judge(resolve, samples::http(200, R"({"ok":true,"ts":"2.1"})")).outcome, Outcome::accepted);
}

TEST_F(SlackBot, RestartBetweenTheStepsRepeatsNone) {
  Notification resolve = known(Kind::resolve);
  resolve.remembered["slack_updated"] = std::to_string(resolve.delivery);
  EXPECT_EQ(method(resolve), "chat.postMessage");
  EXPECT_TRUE(body(resolve).contains("thread_ts"));
}

TEST_F(SlackBot, WhatAsksForPeopleIsShownInTheChannelToo) {
  for (const auto& [kind, broadcast] : {std::pair(Kind::escalate, true), std::pair(Kind::reminder, true),
                                        std::pair(Kind::acknowledge, false), std::pair(Kind::resolve, false)}) {
    Notification notification = known(kind);
    notification.remembered["slack_updated"] = std::to_string(notification.delivery);
    EXPECT_EQ(true_member(body(notification), "reply_broadcast"), broadcast) << kind_text(kind);
  }
}

TEST_F(SlackBot, WithoutARememberedPlaceAnyNotificationPosts) {
  const Notification resolve = samples::notification(Kind::resolve);
  EXPECT_EQ(method(resolve), "chat.postMessage");
  EXPECT_FALSE(body(resolve).contains("thread_ts"));
}

TEST_F(SlackBot, DeletedMessageIsPostedAnew) {
  Notification resolve = known(Kind::resolve);
  const Verdict gone = notifier_->judge(resolve, error("message_not_found"));
  EXPECT_EQ(gone.outcome, Outcome::more);
  remember(resolve, gone);
  EXPECT_EQ(method(resolve), "chat.postMessage");
  EXPECT_FALSE(body(resolve).contains("thread_ts"));
}

TEST_F(SlackBot, MessageThatCanNoLongerBeChangedStillGetsItsReply) {
  Notification resolve = known(Kind::resolve);
  const Verdict closed = notifier_->judge(resolve, error("edit_window_closed"));
  EXPECT_EQ(closed.outcome, Outcome::more);
  remember(resolve, closed);
  EXPECT_EQ(body(resolve)["thread_ts"], "1.000200");
}

TEST_F(SlackBot, ErrorsArePermanentOrTemporary) {
  const Notification open = samples::notification(Kind::open);
  for (const std::string word :
       {"channel_not_found", "invalid_auth", "not_in_channel", "msg_too_long", "invalid_blocks"}) {
    EXPECT_EQ(notifier_->judge(open, error(word)).outcome, Outcome::refused) << word;
  }
  for (const std::string word : {"internal_error", "service_unavailable", "something_new", "ratelimited"}) {
    EXPECT_EQ(notifier_->judge(open, error(word)).outcome, Outcome::retry) << word;
  }
  EXPECT_TRUE(notifier_->judge(open, error("fatal_error")).maybe_seen);
  EXPECT_EQ(notifier_->judge(open, samples::http(200, "<html>proxy</html>")).outcome, Outcome::retry);
}

TEST_F(SlackBot, ReasonNamesSlacksWord) {
  const Verdict verdict = notifier_->judge(samples::notification(Kind::open), error("not_in_channel"));
  EXPECT_EQ(verdict.reason, "Slack: not_in_channel");
}

TEST_F(SlackBot, DigestAndTestTouchNoIncidentsMessage) {
  Notification digest = samples::digest(3);
  digest.remembered = {{"slack_ts", "1.2"}, {"slack_channel", "C0123"}};
  EXPECT_EQ(method(digest), "chat.postMessage");
  samples::deliver(*notifier_, digest);
  EXPECT_EQ(digest.recall("slack_ts"), "1.2");
  Notification test = samples::notification(Kind::test);
  samples::deliver(*notifier_, test);
  EXPECT_EQ(test.recall("slack_ts"), "");
}

}  // namespace
}  // namespace tocsin
