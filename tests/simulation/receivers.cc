#include "tests/simulation/receivers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/simulation/chance.h"
#include "tests/simulation/sim_http.h"
#include "tests/simulation/sim_transport.h"
#include "tests/simulation/slack_text.h"

namespace tocsin::sim {
namespace {

using nlohmann::json;

constexpr Duration kRest = 30s;
constexpr Duration kUnderWay = 20s;  // by then the agent knows what came of a request
constexpr Duration kRetried = 5s;    // by then a disk that refused has been tried again, and the request has come in

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

/// The same kind of news, and the severity that the incident has there.
bool Receivers::is_on_disk(const Heard& heard) const {
  return ledger_.being_told(heard.conversed(), [&](const Delivery& delivery, const Incident& incident) {
    return says(heard, delivery.kind) && heard.severity.value_or(incident.severity) == incident.severity;
  });
}

/// Only what wakes somebody does not wait for a disk that refuses.
bool Receivers::may_be_unrecorded(const HttpRequest& request, const Heard& heard) {
  const auto says = [&](std::string_view text) { return request.body.find(text) != std::string::npos; };
  const bool wakes = heard.word != "resolve" && (says("SEV1") || says(R"("critical")"));
  if (!wakes || !says("[not recorded]") || !injector_.struck_within(FaultKind::store_fails, kRetried)) return false;
  ledger_.told_unrecorded(heard.conversed());
  return true;
}

void Receivers::check_manners(const HttpRequest& request, const Heard& heard) {
  if (!is_on_disk(heard) && !may_be_unrecorded(request, heard)) {
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
  rests_[heard.notifier] = {heard.at + kLatencyMax, heard.at + kRest};
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

void Receivers::note_outcome(const std::string& notifier, const Response& response) {
  const bool is_tried_again =
      response.fault != TransportFault::none || response.status == 429 || response.status >= 500;
  if (!is_tried_again) {
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
  for (const Heard& heard : words) check_manners(request, heard);
  Response response = respond(words);
  note_outcome(words.front().notifier, response);
  return response;
}

Response Receivers::respond(const std::vector<Heard>& words) {
  // What breaks down takes some receivers with it, and not others.
  const auto strikes = [&](FaultKind kind) {
    return injector_.strikes(kind, [&](const Fault& fault) {
      return chance(60, seed_, words.front().notifier, static_cast<uint64_t>(to_unix_ms(fault.at)));
    });
  };
  if (strikes(FaultKind::receiver_refuses)) return broken(TransportFault::connect, false);
  if (strikes(FaultKind::receiver_errors)) return page(500, "try again");
  if (strikes(FaultKind::receiver_limits)) return limit(words.front());
  if (strikes(FaultKind::receiver_rejects)) {
    for (const Heard& heard : words) ++rejected_[heard.conversed()];
    return chance(50, seed_, "not found", heard_.size()) ? page(404, "no such hook") : page(400, "not understood");
  }
  if (strikes(FaultKind::receiver_hangs)) {
    add_doubts(words);
    return broken(TransportFault::timeout, true);
  }
  heard_.insert(heard_.end(), words.begin(), words.end());
  if (words.size() > 1) ++digests_;
  const bool late = strikes(FaultKind::receiver_late);
  if (late || strikes(FaultKind::receiver_loses_reply)) {
    add_doubts(words);
    return broken(late ? TransportFault::timeout : TransportFault::broken, true);
  }
  if (words.front().notifier == "slack") return page(200, "ok", "text/html");
  return page(words.front().notifier == "pager" ? 202 : 200, R"({"status":"success"})");
}

}  // namespace tocsin::sim
