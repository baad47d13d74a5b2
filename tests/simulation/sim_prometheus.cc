#include "tests/simulation/sim_prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ranges>

#include "agent/base/text.h"
#include "agent/poll/presence.h"
#include "agent/poll/server_clock.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/sim_http.h"

namespace tocsin::sim {
namespace {

using nlohmann::json;

/// So long after the first good answer that follows a refusal all of it is on disk, unless the disk refuses too.
constexpr Duration kWrittenDown = 5min;

/// So long a query may be under way.
constexpr Duration kUnderWay = 20s;

/// After it, no tick of it counts as missed.
constexpr Duration kLongSleep = 2min;

/// A query asked so late may be under way when the next tick comes.
constexpr Duration kLate = 11s;

/// Until Prometheus has scraped again after it lost everything.
constexpr Duration kFirstScrape = 10s;

/// So long ago a sample may be to count at the time that is asked for.
constexpr Duration kLookback = 5min;

/// Its answer is one series, for no series here has this label.
constexpr const char* kMarkQuery = "absent({__tocsin_rule__!=''})";

constexpr const char* kCutOff =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":"p0"},"value":[1.8e9,"3"]},{"met)";
constexpr const char* kNothing = R"({"status":"success","data":{"resultType":"vector","result":[]}})";
constexpr const char* kWrongTypes =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":7},"value":"soon"}]}})";

Timestamp read_time(const std::string& seconds) {
  return from_unix_ms(std::llround(std::stod(seconds) * 1000));
}

/// In JSON, written by hand: a tree of it would be a tenth of a run. Nothing in the story needs an escape.
std::string labels_text(const Labels& labels, const std::optional<std::string>& member) {
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{}\"{}\":\"{}\"", text.empty() ? "" : ",", name, value);
  };
  for (const auto& [name, value] : labels) add(name, value);
  if (member) add("__tocsin_rule__", *member);
  return text;
}

std::string point(Timestamp at, double value) {
  return fmt::format("[{},\"{}\"]", static_cast<double>(to_unix_ms(at)) / 1000, format_number(value));
}

void add_series(std::string& result, const std::string& labels, const char* key, const std::string& values) {
  result += fmt::format("{}{{\"metric\":{{{}}},\"{}\":{}}}", result.empty() ? "" : ",", labels, key, values);
}

Response refusal(int status, const char* type, const char* text) {
  return page(status, json{{"status", "error"}, {"errorType", type}, {"error", text}}.dump());
}

Response too_many_samples() {
  return refusal(422, "execution", "query processing would load too many samples into memory");
}

}  // namespace

SimPrometheus::SimPrometheus(const SimClock& clock, const Story& story, Injector& injector, uint64_t seed)
    : clock_(clock),
      story_(story),
      injector_(injector),
      seed_(seed),
      limits_ranges_(chance(50, seed, "limits ranges", 0)),
      hangs_on_long_ranges_(chance(50, seed, "hangs on long ranges", 0)),
      knows_by_heart_(chance(50, seed, "knows by heart", 0)) {}

Response SimPrometheus::answer(const HttpRequest& request) {
  if (injector_.strikes(FaultKind::prometheus_refuses)) return broken(TransportFault::connect, false);
  if (injector_.strikes(FaultKind::prometheus_hangs)) return broken(TransportFault::timeout, true);
  if (injector_.strikes(FaultKind::prometheus_errors)) return page(503, "Service Unavailable", "text/plain");
  auto form = parse_form(request.body);
  if (form["query"] == kClockQuery) return tell_time();
  auto asked = read_queries(form["query"]);
  if (!asked) return refusal(400, "bad_data", "parse error");
  Question question{.asked = *std::move(asked), .range = form.contains("start"), .start = {}, .end = {}};
  question.start = read_time(form[question.range ? "start" : "time"]);
  question.end = question.range ? read_time(form["end"]) : question.start;
  if (question.range) question.step = Duration{std::llround(std::stod(form["step"]) * 1000)};
  for (const AskedQuery& one : question.asked) note_asked(one.query, question);
  if (auto page = nonsense(question)) return *std::move(page);
  note_lateness(question);
  if (is_too_long(question)) return hangs_on_long_ranges_ ? broken(TransportFault::timeout, true) : too_many_samples();
  if (is_too_much(question)) return knows_by_heart_ ? page(200, kNothing) : too_many_samples();
  if (!refuses(question)) return tell(question);
  note_refusal(question);
  return too_many_samples();
}

/// A page of something else, or an answer that its status denies, is as good as none; what begins like an answer of
/// Prometheus is its own, and a refusal. A question for its presence stands for others, which would be refused for it.
std::optional<Response> SimPrometheus::nonsense(const Question& question) {
  const Fault* fault = injector_.find(FaultKind::prometheus_nonsense);
  if (!fault) return std::nullopt;
  injector_.count(FaultKind::prometheus_nonsense);
  const uint64_t kind = below(4, seed_, "nonsense", static_cast<uint64_t>(to_unix_ms(fault->at)));
  if (kind == 0 || question.asked.front().query == kPresenceQuery)
    return page(200, "<html>Please log in</html>", "text/html");
  if (kind == 1) return page(500, R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  note_refusal(question);
  return page(200, kind == 2 ? kCutOff : kWrongTypes);
}

/// In half of the worlds; what is asked for in shorter pieces is told.
bool SimPrometheus::is_too_long(const Question& question) const {
  constexpr int64_t kPointsMax = 25;
  if (!limits_ranges_ || !question.range || question.asked.front().query == kPresenceQuery) return false;
  return (question.end - question.start) / question.step >= kPointsMax;
}

bool SimPrometheus::is_refused(const std::string& query) const {
  return query != kPresenceQuery && injector_.find(FaultKind::query_refused, [&](const Fault& fault) {
    return chance(40, seed_, query + " is refused", static_cast<uint64_t>(to_unix_ms(fault.at)));
  });
}

bool SimPrometheus::refuses(const Question& question) {
  const auto one = [this](const AskedQuery& asked) { return is_refused(asked.query); };
  if (std::ranges::none_of(question.asked, one)) return false;
  injector_.count(FaultKind::query_refused);
  return true;
}

/// Its members are asked again.
bool SimPrometheus::is_too_much(const Question& question) {
  const std::size_t members = question.asked.size() - (question.asked.size() > 1 ? 1 : 0);  // but for the mark
  const Fault* limit = injector_.find(FaultKind::joined_too_large);
  if (!limit || members <= 1 + below(3, seed_, "limit", static_cast<uint64_t>(to_unix_ms(limit->at)))) return false;
  injector_.count(FaultKind::joined_too_large);
  return true;
}

void SimPrometheus::note_refusal(const Question& question) {
  if (question.asked.size() > 1) return;  // its members are asked again
  const std::string& query = question.asked.front().query;
  History& known = histories_[query];
  known.refused.insert(question.start);
  known.good_since.reset();
  if (question.range || was_told(query, question.start)) known.unclear = true;
}

const SimPrometheus::History& SimPrometheus::history(const std::string& query) const {
  static const History kNone;
  const auto found = histories_.find(query);
  return found == histories_.end() ? kNone : found->second;
}

/// Whoever asks for a tick again did not get beyond it, whatever it was told.
void SimPrometheus::note_asked(const std::string& query, const Question& question) {
  History& known = histories_[query];
  known.asked_at = clock_.real();
  if (!known.first_asked) known.first_asked = question.start;
  known.good.erase(known.good.lower_bound(question.start), known.good.upper_bound(question.end));
}

/// To an agent that has crashed since: it may have written it down or not.
bool SimPrometheus::was_told(const std::string& query, Timestamp tick) const {
  const std::optional<Timestamp> last = history(query).told;
  return last && tick <= *last;
}

/// The next tick may come due before this answer comes.
void SimPrometheus::note_lateness(const Question& question) {
  const bool late = clock_.real() - question.start > kLate && clock_.real() - short_sleep_ended_ < kLongSleep;
  if (question.range || !late) return;
  for (const AskedQuery& one : question.asked) histories_[one.query].unclear = true;
}

void SimPrometheus::agent_lost_memory() {
  for (History& known : std::views::values(histories_)) {
    if (known.refused.empty()) continue;
    const bool written = known.good_since && clock_.steady() - *known.good_since > kWrittenDown;
    if (!written || injector_.struck_within(FaultKind::store_fails, kWrittenDown)) known.unclear = true;
  }
}

void SimPrometheus::agent_sleeps(Duration length, bool under_way) {
  if (length >= kLongSleep) return;
  short_sleep_ended_ = clock_.real() + length;
  if (!under_way) return;
  for (History& known : std::views::values(histories_)) {
    if (known.asked_at && clock_.real() - *known.asked_at < kUnderWay) known.unclear = true;
  }
}

bool SimPrometheus::refused(const std::string& query, Timestamp tick) const {
  return history(query).refused.contains(tick);
}

bool SimPrometheus::told_nothing(const std::string& query, Timestamp tick) const {
  return history(query).nothing.contains(tick);
}

bool SimPrometheus::told(const std::string& query, Timestamp tick) const {
  return history(query).good.contains(tick);
}

bool SimPrometheus::is_forgotten(Timestamp tick) const {
  const Fault* wiped = injector_.latest(FaultKind::prometheus_forgets);
  return wiped && tick < wiped->at + kFirstScrape;
}

/// Of a time that is forgotten, a tick that is asked live counts: the answer is good, and nothing is there. What is
/// read again was not observed.
void SimPrometheus::note_told(const std::string& query, const Question& question) {
  History& known = histories_[query];
  for (Timestamp at = question.start; at <= question.end; at += question.step) {
    if (!is_forgotten(at)) {
      known.good.insert(at);
      continue;
    }
    injector_.count(FaultKind::prometheus_forgets);
    if (was_told(query, at)) known.unclear = true;
    (question.range ? known.refused : known.nothing).insert(at);
  }
  known.told = question.end;
  known.range = question.range ? std::optional(question.start) : std::nullopt;
  if (!known.good_since) known.good_since = clock_.steady();
}

/// Of a range that was told before Prometheus forgot it, and asked for its presence afterwards, what is forgotten was
/// not observed.
void SimPrometheus::note_presence(const Question& question) {
  if (!is_forgotten(question.start)) return;
  for (History& known : std::views::values(histories_)) {
    const bool is_of_it = known.range == question.start && known.told == question.end;
    if (!is_of_it) continue;
    if (!known.refused.contains(question.start)) known.unclear = true;
    std::erase_if(known.good, [&](Timestamp at) { return at >= question.start && is_forgotten(at); });
  }
}

/// It is asked without a time, and has to be of its own one.
Response SimPrometheus::tell_time() const {
  if (injector_.lasts(FaultKind::prometheus_nonsense)) return page(200, kWrongTypes);
  const std::string now = point(clock_.real(), static_cast<double>(to_unix_ms(clock_.real())) / 1000);
  return page(200, fmt::format(R"({{"status":"success","data":{{"resultType":"scalar","result":{}}}}})", now));
}

Response SimPrometheus::tell(const Question& question) {
  std::string result;
  for (const AskedQuery& asked : question.asked) {
    const bool presence = asked.query == kPresenceQuery;
    if (asked.query == kMarkQuery) {
      add_series(result, labels_text({}, asked.member), "value", point(question.start, 1));
      continue;
    }
    if (presence) {
      note_presence(question);
    } else {
      note_told(asked.query, question);
    }
    for (const Labels& labels : presence ? std::vector<Labels>{{}} : story_.series(asked.query)) {
      std::string values;
      for (Timestamp at = question.start; at <= question.end; at += question.step) {
        const Timestamp scraped = std::min(at, clock_.real());
        if (at - scraped >= kLookback || is_forgotten(scraped)) continue;
        const auto value =
            presence ? static_cast<double>(to_unix_ms(scraped)) / 1000 : story_.value(asked.query, labels, scraped);
        if (value) values += (values.empty() ? "" : ",") + point(at, *value);
      }
      if (values.empty()) continue;
      const std::string named = labels_text(labels, asked.member);
      question.range ? add_series(result, named, "values", "[" + values + "]")
                     : add_series(result, named, "value", values);
    }
  }
  const char* type = question.range ? "matrix" : "vector";
  return page(200, fmt::format(R"({{"status":"success","data":{{"resultType":"{}","result":[{}]}}}})", type, result));
}

}  // namespace tocsin::sim
