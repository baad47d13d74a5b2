// Every notifier passes the same kit.
#include "tests/notifiers/conformance.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using samples::Subject;
using Outcome = Verdict::Outcome;

constexpr TransportFault kFaults[] = {TransportFault::resolve, TransportFault::connect, TransportFault::tls,
                                      TransportFault::timeout, TransportFault::broken,  TransportFault::too_large,
                                      TransportFault::login,   TransportFault::setup};

class Conformance : public testing::TestWithParam<Subject> {
 protected:
  std::unique_ptr<const Notifier> notifier_ = GetParam().make();
  Notification open_ = samples::notification(NotificationKind::open);

  Response success() const { return samples::success(notifier_->build(open_)); }
  void expect_no_secret(const Verdict& verdict) const;
};

void Conformance::expect_no_secret(const Verdict& verdict) const {
  EXPECT_LE(verdict.reason.size(), limits::kErrorTextBytesMax);
  for (const std::string& secret : GetParam().secrets) {
    EXPECT_EQ(verdict.reason.find(secret), std::string::npos) << verdict.reason;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Conformance, testing::ValuesIn(samples::all_subjects()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Conformance, EveryStatusHasItsOutcome) {
  Response response = success();
  for (int status = 100; status <= 599; ++status) {
    response.status = status;
    const Verdict verdict = notifier_->judge(open_, response);
    if (GetParam().is_http()) {
      EXPECT_EQ(verdict.outcome, conformance::outcome_of_http(status)) << status;
    } else if (GetParam().name == "email") {
      EXPECT_EQ(verdict.outcome, conformance::outcome_of_smtp(status)) << status;
    }
    EXPECT_EQ(verdict.reason.empty(), verdict.outcome == Outcome::accepted) << status;
  }
}

TEST_P(Conformance, FaultsOfTheTransportAreTriedAgain) {
  for (const TransportFault fault : kFaults) {
    for (const bool sent : {false, true}) {
      Response response;
      response.fault = fault;
      response.sent = sent;
      const Verdict verdict = notifier_->judge(open_, response);
      EXPECT_EQ(verdict.outcome, Outcome::retry) << static_cast<int>(fault);
      EXPECT_FALSE(verdict.reason.empty());
      if (GetParam().name != "console") {
        EXPECT_EQ(verdict.maybe_seen, sent) << static_cast<int>(fault);
      }
    }
  }
}

TEST_P(Conformance, AnUnreachableReceiverRestsAsAWhole) {
  for (const TransportFault fault :
       {TransportFault::resolve, TransportFault::connect, TransportFault::tls, TransportFault::timeout}) {
    Response response;
    response.fault = fault;
    EXPECT_TRUE(notifier_->judge(open_, response).pause_notifier) << static_cast<int>(fault);
  }
}

TEST_P(Conformance, NoReasonHoldsASecret) {
  for (const std::string& secret : GetParam().secrets) {
    const std::string echo = fmt::format("your {0} is wrong, see https://host/{0}?x={0}", secret);
    for (const int status : {0, 200, 302, 400, 401, 421, 429, 451, 500, 535, 550}) {
      Response response = samples::http(status, echo);
      response.location = fmt::format("https://user:{0}@other.example.org/{0}", secret);
      expect_no_secret(notifier_->judge(open_, response));
      response.body = fmt::format(R"({{"ok":false,"error":"{}"}})", secret);
      expect_no_secret(notifier_->judge(open_, response));
    }
    for (const TransportFault fault : kFaults) {
      Response response;
      response.fault = fault;
      response.fault_text = echo;
      expect_no_secret(notifier_->judge(open_, response));
    }
  }
}

TEST_P(Conformance, ReasonsAreOneBoundedLine) {
  for (const std::string& text : conformance::hostile_texts()) {
    for (const int status : {200, 302, 400, 450, 500, 550}) {
      Response response = samples::http(status, text);
      response.location = text;
      const Verdict verdict = notifier_->judge(open_, response);
      EXPECT_LE(verdict.reason.size(), limits::kErrorTextBytesMax);
      EXPECT_EQ(verdict.reason.find_first_of("\r\n\x1b"), std::string::npos) << verdict.reason;
    }
  }
}

TEST_P(Conformance, HostileTextsStayInsideLimitsAndMarkup) {
  for (const std::string& text : conformance::hostile_texts()) {
    for (const NotificationKind kind : samples::kAllKinds) {
      const bool is_long = text.size() > 5000 && kind != NotificationKind::open;
      if (is_long || !notifier_->wants(kind)) {
        continue;
      }
      SCOPED_TRACE(std::string(kind_text(kind)) + " with " + text.substr(0, 60));
      Notification notification = conformance::filled_with(text, samples::notification(kind));
      for (const Outgoing& outgoing : samples::deliver(*notifier_, notification)) {
        conformance::expect_well_formed(outgoing);
      }
      for (const auto& [name, value] : notification.remembered) {
        EXPECT_LE(value.size(), 2000U) << name;
      }
    }
  }
}

TEST_P(Conformance, HostileTextsInALifeOfOneIncident) {
  for (const std::string& text : conformance::hostile_texts()) {
    if (text.size() > 5000) {
      continue;
    }
    Remembered remembered;
    for (const NotificationKind kind : {NotificationKind::open, NotificationKind::escalate,
                                        NotificationKind::acknowledge, NotificationKind::resolve}) {
      Notification notification = conformance::filled_with(text, samples::notification(kind));
      notification.remembered = remembered;
      for (const Outgoing& outgoing : samples::deliver(*notifier_, notification)) {
        conformance::expect_well_formed(outgoing);
      }
      remembered = notification.remembered;
    }
  }
}

TEST_P(Conformance, ValuesThatAreNoNumbersAreTold) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), 1e300, -0.0}) {
    Notification notification = open_;
    notification.incident.value = value;
    for (SeriesSnapshot& series : notification.incident.series) {
      series.value = value;
    }
    conformance::expect_well_formed(notifier_->build(notification));
  }
}

TEST_P(Conformance, AnEmptyIncidentIsTold) {
  Notification notification;
  conformance::expect_well_formed(notifier_->build(conformance::filled_with("", notification)));
}

TEST_P(Conformance, ADigestOfAThousandIsOneMessage) {
  if (!notifier_->can_digest()) {
    return;
  }
  Notification digest = samples::digest(1000);
  std::size_t at = 0;
  for (const std::string& text : conformance::hostile_texts()) {
    Notification hostile = open_;
    hostile.incident = digest.digest[at];
    digest.digest[at] = conformance::filled_with(text, hostile).incident;
    at += 30;
  }
  const std::vector<Outgoing> sent = samples::deliver(*notifier_, digest);
  EXPECT_EQ(sent.size(), 1U);
  conformance::expect_well_formed(sent.front());
}

TEST_P(Conformance, ATryIsBuiltAgainByteForByte) {
  for (const NotificationKind kind : samples::kAllKinds) {
    const Notification notification = samples::notification(kind);
    const Outgoing first = notifier_->build(notification);
    const Outgoing second = notifier_->build(notification);
    ASSERT_EQ(first.index(), second.index());
    if (const auto* request = std::get_if<HttpRequest>(&first)) {
      EXPECT_EQ(request->body, samples::http_request(second).body);
    } else if (const auto* mail = std::get_if<MailRequest>(&first)) {
      EXPECT_EQ(mail->message, samples::mail_request(second).message);
    }
  }
}

TEST_P(Conformance, TheTestNotificationIsWantedAndMarked) {
  EXPECT_TRUE(notifier_->wants(NotificationKind::test));
  Notification notification = samples::notification(NotificationKind::test);
  const Outgoing first = samples::deliver(*notifier_, notification).front();
  std::string text;
  if (const auto* request = std::get_if<HttpRequest>(&first)) {
    text = request->body;
  } else if (const auto* mail = std::get_if<MailRequest>(&first)) {
    text = mail->message;
  } else {
    text = samples::console_text(first);
  }
  EXPECT_TRUE(text.find("TEST") != std::string::npos || text.find("\"kind\":\"test\"") != std::string::npos) << text;
}

}  // namespace
}  // namespace tocsin
