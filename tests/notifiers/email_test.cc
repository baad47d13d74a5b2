#include "notifiers/email.h"

#include <gtest/gtest.h>

#include "tests/notifiers/mail_parser.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;
using Outcome = Verdict::Outcome;

class Email : public testing::Test {
 protected:
  std::unique_ptr<const Notifier> notifier_ = with({"a@example.org", "B <b@example.org>", "c@example.org"});
  Notification open_ = samples::notification(Kind::open);

  static std::unique_ptr<const Notifier> with(std::vector<std::string> to) {
    samples::Subject subject = samples::subject("email");
    std::get<EmailSettings>(subject.settings.type).to = std::move(to);
    return subject.make();
  }
  MailRequest request() const { return samples::mail_request(notifier_->build(open_)); }
  ParsedMail mail() const { return parse_mail(request().message); }
  /// One step answered by `response`.
  Verdict answer(const Response& response) {
    Verdict verdict = notifier_->judge(open_, response);
    for (const auto& [name, value] : verdict.remember) {
      open_.remembered[name] = value;
    }
    return verdict;
  }
  Verdict answer(int code) { return answer(samples::smtp(code, std::to_string(code) + " said the server")); }
};

TEST_F(Email, EachRecipientHasATransactionOfItsOwnWithOneMessage) {
  const MailRequest first = request();
  EXPECT_EQ(first.to, "a@example.org");
  EXPECT_EQ(answer(250).outcome, Outcome::more);
  const MailRequest second = request();
  EXPECT_EQ(second.to, "b@example.org");
  EXPECT_EQ(second.message, first.message);
  EXPECT_EQ(answer(250).outcome, Outcome::more);
  EXPECT_EQ(answer(250).outcome, Outcome::accepted);
  EXPECT_EQ(parse_mail(first.message).header("To"), "a@example.org, B <b@example.org>, c@example.org");
}

TEST_F(Email, RefusedRecipientStopsNoneOfTheOthersAndIsNamed) {
  answer(250);
  EXPECT_EQ(answer(550).outcome, Outcome::more);
  EXPECT_EQ(request().to, "c@example.org");
  const Verdict verdict = answer(250);
  EXPECT_EQ(verdict.outcome, Outcome::accepted);
  EXPECT_EQ(verdict.reason, "refused: b@example.org: 550 said the server");
}

TEST_F(Email, OnlyTheRecipientRefusedForNowIsTriedAgain) {
  answer(451);
  answer(250);
  const Verdict verdict = answer(250);
  EXPECT_EQ(verdict.outcome, Outcome::retry);
  EXPECT_EQ(verdict.reason, "refused for now: a@example.org: 451 said the server");
  EXPECT_FALSE(verdict.pause_notifier);
  EXPECT_EQ(request().to, "a@example.org");
  EXPECT_EQ(answer(250).outcome, Outcome::accepted);
}

TEST_F(Email, WhatOneRecipientHasMayHaveBeenSeenHoweverTheOthersAnswer) {
  answer(250);
  answer(451);
  EXPECT_TRUE(answer(451).maybe_seen);
  EXPECT_EQ(request().to, "b@example.org");
  EXPECT_TRUE(answer(421).maybe_seen);
  answer(451);
  EXPECT_TRUE(answer(451).maybe_seen);
}

TEST_F(Email, WhatIsRefusedForNowToEverybodyWasSeenByNobody) {
  EXPECT_FALSE(answer(421).maybe_seen);
  answer(451);
  answer(550);
  EXPECT_FALSE(answer(451).maybe_seen);
}

TEST_F(Email, DigestThatOneRecipientHasMayHaveBeenSeen) {
  open_ = samples::digest(12);
  answer(250);
  answer(451);
  EXPECT_TRUE(answer(451).maybe_seen);
  EXPECT_EQ(request().to, "b@example.org");
}

TEST_F(Email, RefusedAsAWholeWhereEverybodyIs) {
  answer(550);
  answer(554);
  EXPECT_EQ(answer(550).outcome, Outcome::refused);
}

TEST_F(Email, RefusedLoginIsTheSameForEverybody) {
  Response response = samples::smtp(535, "535 bad credentials");
  response.fault = TransportFault::login;
  EXPECT_EQ(answer(response).outcome, Outcome::refused);
}

TEST_F(Email, ServerThatIsDownPausesAndRepeatsTheSameRecipient) {
  answer(250);
  Response response;
  response.fault = TransportFault::connect;
  const Verdict verdict = answer(response);
  EXPECT_EQ(verdict.outcome, Outcome::retry);
  EXPECT_TRUE(verdict.pause_notifier);
  EXPECT_TRUE(answer(421).pause_notifier);
  EXPECT_EQ(request().to, "b@example.org");
}

TEST_F(Email, LostReplyMayHaveBeenSeenAndKeepsItsMessageId) {
  const std::string before = mail().header("Message-ID");
  Response response;
  response.fault = TransportFault::timeout;
  response.sent = true;
  EXPECT_TRUE(answer(response).maybe_seen);
  open_.now += 5min;
  EXPECT_EQ(mail().header("Message-ID"), before);
}

TEST_F(Email, ProgressOfAnOlderDeliveryCountsNothing) {
  answer(250);
  open_.delivery += 1;
  EXPECT_EQ(request().to, "a@example.org");
  answer(250);
  EXPECT_EQ(open_.recall("mail_progress"), R"({"delivery":"41","accepted":{"a@example.org":""}})");
}

TEST_F(Email, RecipientsAreAskedOnceHoweverOftenTheyAreNamed) {
  notifier_ = with({"a@example.org", "A <a@example.org>"});
  EXPECT_EQ(answer(250).outcome, Outcome::accepted);
}

TEST_F(Email, MailsOfOneIncidentMakeOneThread) {
  const ParsedMail first = mail();
  samples::deliver(*notifier_, open_);
  Notification resolve = samples::notification(Kind::resolve);
  resolve.remembered = open_.remembered;
  resolve.incident.labels.set("service", "another one");
  const ParsedMail second = parse_mail(samples::mail_request(notifier_->build(resolve)).message);
  EXPECT_NE(second.header("Message-ID"), first.header("Message-ID"));
  EXPECT_EQ(second.header("References"), first.header("References"));
  EXPECT_EQ(second.header("In-Reply-To"), first.header("References"));
  EXPECT_EQ(first.header("Subject"), R"([SEV3] INC-7 HighErrorRate{cluster="staging", service="checkout"})");
  EXPECT_EQ(second.header("Subject"), R"(Re: [SEV1] INC-7 HighErrorRate{cluster="staging", service="checkout"})");
}

TEST_F(Email, HeadersTellMachinesWhatItIs) {
  const ParsedMail parsed = mail();
  EXPECT_EQ(parsed.header("Date"), "Sat, 21 Nov 2026 10:00:01 +0000");
  EXPECT_EQ(parsed.header("From"), "Tocsin <tocsin@example.org>");
  EXPECT_EQ(parsed.header("Auto-Submitted"), "auto-generated");
  EXPECT_EQ(parsed.header("X-Tocsin-Incident"), "INC-7");
  EXPECT_EQ(parsed.header("X-Tocsin-Kind"), "open");
}

TEST_F(Email, NoTextCanAddAHeader) {
  open_.incident.rule = "Rule\r\nBcc: evil@example.org";
  open_.incident.labels.set("service", "x\nX-Evil: 1");
  open_.incident.severity = "SEV1\r\n\r\nbody";
  const ParsedMail parsed = mail();
  EXPECT_EQ(parsed.count("Bcc"), 0U);
  EXPECT_EQ(parsed.count("X-Evil"), 0U);
  EXPECT_NE(parsed.header("Subject").find("Bcc: evil"), std::string::npos) << "shown, on the subject's own line";
}

TEST_F(Email, NoAddressCanAddARecipient) {
  notifier_ = with({"b@example.org>\r\nRCPT TO:<evil@example.org"});
  EXPECT_EQ(request().to.find_first_of("\r\n<> "), std::string::npos) << request().to;
  EXPECT_EQ(mail().count("Bcc"), 0U);
}

TEST_F(Email, SubjectsInAnyScriptSurvive) {
  open_.incident.rule = "Zahlungsfehler_größer";
  open_.incident.labels = Labels{{"サービス", "決済サービスの非常に長い名前決済サービスの非常に長い名前決済"}};
  EXPECT_NE(mail().header("Subject").find("決済サービス"), std::string::npos);
}

TEST_F(Email, HtmlShowsWhatIsNoLinkAsText) {
  open_.incident.annotations = {{"runbook_url", "javascript:alert(1)"}, {"summary", "<b>not bold</b>"}};
  const std::string html = mail().html;
  EXPECT_EQ(html.find("href=\"javascript"), std::string::npos);
  EXPECT_NE(html.find("Runbook: javascript:alert(1)"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;not bold"), std::string::npos);
}

TEST_F(Email, DigestNamesEveryIncidentInOneMail) {
  open_ = samples::digest(1000);
  const ParsedMail parsed = mail();
  EXPECT_EQ(parsed.header("Subject"), "[SEV1] 1000 incidents: 250 SEV1, 250 SEV2, 250 SEV3, 250 SEV4");
  EXPECT_EQ(parsed.count("References"), 0U);
  for (const std::string id : {"INC-1 ", "INC-500 ", "INC-1000 "}) {
    EXPECT_NE(parsed.plain.find(id), std::string::npos) << id;
    EXPECT_NE(parsed.html.find(id), std::string::npos) << id;
  }
}

}  // namespace
}  // namespace tocsin
