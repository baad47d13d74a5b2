#include "tests/simulation/receivers.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <nlohmann/json.hpp>

#include "tests/simulation/chance.h"
#include "tests/simulation/sim_config.h"
#include "tests/simulation/sim_http.h"
#include "tests/simulation/sim_transport.h"
#include "tests/simulation/slack_text.h"

namespace tocsin::sim {
namespace {

using nlohmann::json;

constexpr Duration kRest = 30s;
constexpr Duration kUnderWay = 20s;   // by then the agent knows what came of a request
constexpr Duration kRetried = 5s;     // by then a disk that refused has been tried again, and the request has come in
constexpr Duration kNextTurn = 1min;  // by then what waited for a disk that refused is out, at the latest with a tick

/// What a follow-up does not say is as it was.
std::optional<Severity> pager_severity(const json& body) {
  if (!body.contains("payload")) return std::nullopt;
  const std::string theirs = body.at("payload").at("severity");
  return theirs == "critical"  ? Severity::sev1
         : theirs == "error"   ? Severity::sev2
         : theirs == "warning" ? Severity::sev3
                               : Severity::sev4;
}

/// Whether `heard` is what is told of news of this kind. Slack's text says no more than how things are.
bool says(const Heard& heard, NotificationKind kind) {
  const bool ends = kind == NotificationKind::resolve || kind == NotificationKind::past;
  if (heard.notifier == "slack") return (heard.word == "resolve") == ends;
  if (heard.word == "trigger") return kind == NotificationKind::open || kind == NotificationKind::escalate;
  return heard.word == kind_text(kind);
}

std::string mail_field(const MailRequest& request, const std::string& name) {
  const std::string before = "\r\n" + name + ": ";
  const std::size_t begin = request.message.find(before) + before.size();
  return request.message.substr(begin, request.message.find("\r\n", begin) - begin);
}

std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find('.', begin) - begin);
}

}  // namespace

std::vector<Heard> Receivers::read(const HttpRequest& request) const {
  const json body = json::parse(request.body);
  const std::string notifier = host_of(request.settings.url.reveal());
  if (notifier == "pager") {
    return {{notifier, body.at("dedup_key"), body.at("event_action"), pager_severity(body), clock_.now()}};
  }
  if (notifier == "slack") {
    std::vector<Heard> words;
    for (const SlackLine& line : read_slack(body)) {
      words.push_back({notifier, line.incident, line.word, line.severity, clock_.now()});
    }
    return words;
  }
  const json& own = body.at("tocsin");
  return {
      {notifier, own.at("id"), own.at("kind"), parse_severity(own.at("severity").get<std::string>()), clock_.now()}};
}

Heard Receivers::read(const MailRequest& request) const {
  return {"mail", mail_field(request, "X-Tocsin-Incident"), mail_field(request, "X-Tocsin-Kind"),
          parse_severity(mail_field(request, "X-Tocsin-Severity")), clock_.now()};
}

/// The same kind of news, and the severity that the incident has there.
bool Receivers::is_on_disk(const Heard& heard) const {
  return ledger_.being_told(heard.conversed(), [&](const Delivery& delivery, const Incident& incident) {
    return says(heard, delivery.kind) && heard.severity.value_or(incident.severity) == incident.severity;
  });
}

/// What was made ready may go out after a reload where the disk refused meanwhile.
void Receivers::check_address(const std::string& notifier, const std::string& url) {
  static const RE2 version_in(R"(example\.org/v(\d+))");
  uint64_t version = 0;
  const bool is_old = RE2::PartialMatch(url, version_in, &version) && version != version_;
  if (!is_old || injector_.struck_within(FaultKind::store_fails, kNextTurn)) return;
  offences_.push_back(
      fmt::format("{} was told at its address of version {}, in version {}", notifier, version, version_));
}

/// Only what wakes somebody does not wait for a disk that refuses.
bool Receivers::may_be_unrecorded(const std::string& body, const Heard& heard) {
  const auto says = [&](std::string_view text) { return body.find(text) != std::string::npos; };
  const bool wakes = heard.word != "resolve" && (says("SEV1") || says(R"("critical")"));
  if (!wakes || !says("[not recorded]") || !injector_.struck_within(FaultKind::store_fails, kRetried)) return false;
  ledger_.told_unrecorded(heard.conversed());
  return true;
}

void Receivers::check_manners(const std::string& body, const Heard& heard) {
  if (!is_on_disk(heard) && !may_be_unrecorded(body, heard)) {
    offences_.push_back(
        fmt::format("{} was told {} of {}, which is not on disk", heard.notifier, heard.word, heard.incident));
  }
  const auto rest = rests_.find(heard.notifier);
  if (rest != rests_.end() && rest->second.from < heard.at && heard.at < rest->second.until) {
    offences_.push_back(fmt::format("{} was told {} of {} before its Retry-After was over", heard.notifier, heard.word,
                                    heard.incident));
  }
}

Response Receivers::limit(const Heard& heard) {
  Response response = page(429, "slow down");
  if (!chance(50, seed_, "retry after", ++limited_)) return response;
  response.retry_after = kRest;
  rests_[heard.notifier] = {heard.at + kLatencyMax + kSlowestCommit, heard.at + kRest};
  return response;
}

void Receivers::add_doubts(const std::vector<Heard>& words) {
  for (const Heard& heard : words) ledger_.add_doubt(heard.conversed());
}

void Receivers::agent_lost_memory() {
  rests_.clear();
  end_stalls();
}

void Receivers::agent_sleeps() {
  end_stalls();
  std::erase_if(rests_, [this](const auto& rest) { return clock_.now() < rest.second.from; });
}

void Receivers::end_stalls() {
  stalls_ = stalls();
  refuses_since_.clear();
}

std::vector<Stall> Receivers::stalls() const {
  std::vector<Stall> all = stalls_;
  for (const auto& [notifier, since] : refuses_since_) all.push_back({notifier, since, clock_.real()});
  return all;
}

void Receivers::note_outcome(const std::string& notifier, const Response& response, bool is_tried_again) {
  if (response.fault == TransportFault::none && !is_tried_again) {
    took_at_[notifier] = clock_.real();
    if (const auto node = refuses_since_.extract(notifier)) stalls_.push_back({notifier, node.mapped(), clock_.real()});
  } else if (clock_.real() - took_at_[notifier] > kUnderWay) {
    refuses_since_.try_emplace(notifier, clock_.real());
  }
}

Response Receivers::receive(const HttpRequest& request) {
  if (host_of(request.settings.url.reveal()) == "heartbeat") {
    pings_.push_back(clock_.real());
    return page(200, "OK", "text/plain");
  }
  const std::vector<Heard> words = read(request);
  check_address(words.front().notifier, request.settings.url.reveal());
  for (const Heard& heard : words) check_manners(request.body, heard);
  Response response = respond(words);
  note_outcome(words.front().notifier, response, response.status == 429 || response.status >= 500);
  return response;
}

Response Receivers::receive(const MailRequest& request) {
  const Heard heard = read(request);
  Heard on_disk = heard;
  // All recipients have the same mail, one after the other, and the incident may rise or fall meanwhile.
  if (request.to != kMailRecipients.front()) on_disk.severity.reset();
  check_address(heard.notifier, request.smtp_url);
  check_manners(request.message, on_disk);
  Response response = respond(request, heard);
  note_outcome(heard.notifier, response, response.status >= 400 && response.status < 500);
  return response;
}

bool Receivers::strikes(FaultKind kind, const std::string& notifier) {
  return injector_.strikes(kind, [&](const Fault& fault) {
    return chance(60, seed_, notifier, static_cast<uint64_t>(to_unix_ms(fault.at)));
  });
}

void Receivers::reject(const std::vector<Heard>& words) {
  for (const Heard& heard : words) ++rejected_[heard.conversed()];
}

std::optional<Response> Receivers::lose_reply(const std::vector<Heard>& words) {
  const std::string& notifier = words.front().notifier;
  const bool late = strikes(FaultKind::receiver_late, notifier);
  if (!late && !strikes(FaultKind::receiver_loses_reply, notifier)) return std::nullopt;
  add_doubts(words);
  return broken(late ? TransportFault::timeout : TransportFault::broken, true);
}

Response Receivers::respond(const std::vector<Heard>& words) {
  const std::string& notifier = words.front().notifier;
  if (strikes(FaultKind::receiver_refuses, notifier)) return broken(TransportFault::connect, false);
  if (strikes(FaultKind::receiver_errors, notifier)) return page(500, "try again");
  if (strikes(FaultKind::receiver_limits, notifier)) return limit(words.front());
  if (strikes(FaultKind::receiver_rejects, notifier)) {
    reject(words);
    return chance(50, seed_, "not found", heard_.size()) ? page(404, "no such hook") : page(400, "not understood");
  }
  if (strikes(FaultKind::receiver_hangs, notifier)) {
    add_doubts(words);
    return broken(TransportFault::timeout, true);
  }
  heard_.insert(heard_.end(), words.begin(), words.end());
  if (words.size() > 1) ++digests_;
  if (auto lost = lose_reply(words)) return *std::move(lost);
  if (notifier == "slack") return page(200, "ok", "text/html");
  return page(notifier == "pager" ? 202 : 200, R"({"status":"success"})");
}

/// For one recipient; the others have theirs before or after.
Response Receivers::respond(const MailRequest& request, const Heard& heard) {
  const auto answer = [](int status, std::string text) {
    return page(status, fmt::format("{} {}", status, std::move(text)), "");
  };
  if (strikes(FaultKind::receiver_refuses, heard.notifier)) return broken(TransportFault::connect, false);
  if (strikes(FaultKind::receiver_errors, heard.notifier)) return answer(451, "try again");
  if (strikes(FaultKind::receiver_limits, heard.notifier)) return answer(421, "too busy");
  if (strikes(FaultKind::receiver_rejects, heard.notifier)) {
    reject({heard});
    mail(request).rejected.insert(request.to);
    note_recipient(mail(request));
    return answer(550, "no such user");
  }
  if (strikes(FaultKind::receiver_hangs, heard.notifier)) {
    add_doubts({heard});
    return broken(TransportFault::timeout, true);
  }
  Mail& taken = mail(request);
  const bool is_new = taken.accepted.insert(request.to).second;
  // It is heard with the first recipient, and again with each that has it twice.
  if (!taken.heard || !is_new) {
    taken.heard = heard_.size();
    heard_.push_back(heard);
  }
  note_recipient(taken);
  if (auto lost = lose_reply({heard})) return *std::move(lost);
  return answer(250, "queued");
}

Receivers::Mail& Receivers::mail(const MailRequest& request) {
  return mails_[mail_field(request, "Message-ID")];
}

void Receivers::note_recipient(Mail& mail) {
  std::set<std::string> all = mail.accepted;
  all.insert(mail.rejected.begin(), mail.rejected.end());
  if (mail.heard) heard_[*mail.heard].by_all = all.size() == kMailRecipients.size();
}

}  // namespace tocsin::sim
