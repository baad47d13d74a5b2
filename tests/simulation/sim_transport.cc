#include "tests/simulation/sim_transport.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

constexpr Duration kSlowAnswerMax{3500};  // of Prometheus: a query that is halved twice still ends within its interval
constexpr Duration kUsuallySlow{2000};
constexpr Duration kSlow{100};
constexpr int kDriftPerMille = 20;

}  // namespace

/// Mostly quick, so that what is unusually slow stands out.
Duration SimTransport::latency() {
  const uint64_t longest = chance(15, seed_, "slow", requests_) ? static_cast<uint64_t>(kUsuallySlow.count()) : 80;
  return Duration{1 + static_cast<int64_t>(below(longest - 1, seed_, "latency", requests_))};
}

Duration SimTransport::slow(FaultKind kind, Duration longest) {
  if (!injector_.strikes(kind)) return latency();
  const auto range = static_cast<uint64_t>((longest - kUsuallySlow).count());
  return kUsuallySlow + Duration{static_cast<int64_t>(below(range, seed_, "very slow", requests_))};
}

void SimTransport::start(RequestId id, Outgoing outgoing) {
  const auto* mail = std::get_if<MailRequest>(&outgoing);
  const auto* request = std::get_if<HttpRequest>(&outgoing);
  ++requests_;
  const bool is_query = request && request->settings.url.reveal().find("/api/v1/query") != std::string::npos;
  const Fault* crash = injector_.take(FaultKind::crash_at_send);
  if (!is_query && !crash) crash = injector_.take(FaultKind::crash_at_notification);
  if (crash && chance(50, seed_, "not yet sent", requests_)) throw Crash{*crash};
  Response response = is_query ? prometheus_.answer(*request)
                      : mail   ? receivers_.receive(*mail)
                               : receivers_.receive(*request);
  if (crash) throw Crash{*crash};
  response.took = response.fault == TransportFault::timeout ? (mail ? mail->timeout : request->settings.timeout)
                  : is_query                                ? slow(FaultKind::prometheus_slow, kSlowAnswerMax)
                                                            : slow(FaultKind::receiver_slow, kLatencyMax);
  // In some worlds it is that of a proxy, whose clock is wrong.
  const Duration wrong = chance(20, seed_, "date of a proxy") ? Duration{20min} : Duration{0};
  if (is_query) response.date = std::chrono::floor<std::chrono::seconds>(clock_.real() + wrong);
  const bool is_answer =
      is_query && response.fault == TransportFault::none && response.status < 500 && response.body.starts_with('{');
  const Instant comes = clock_.steady() + response.took;
  under_way_.emplace(comes, UnderWay{{id, std::move(response)}, is_query, is_answer});
  busiest_ = std::max(busiest_, under_way_.size());
}

void SimTransport::cancel(RequestId id) {
  std::erase_if(under_way_, [id](const auto& entry) { return entry.second.completed.id == id; });
}

/// A machine falls asleep at any time; what hurts is where something slow is under way, which goes on when it wakes up:
/// in some worlds a word to a receiver, in the others whatever it is.
bool SimTransport::may_fall_asleep() const {
  const bool while_telling = chance(50, seed_, "asleep while telling");
  const bool in_the_midst = std::ranges::any_of(under_way_, [&](const auto& entry) {
    return entry.first > clock_.steady() + kSlow && !(while_telling && entry.second.is_query);
  });
  return in_the_midst || chance(1, seed_, "asleep at rest", requests_);
}

void SimTransport::turn_the_clock() {
  const Fault* sleep = may_fall_asleep() ? injector_.take(FaultKind::machine_sleeps) : nullptr;
  if (sleep != nullptr) {
    prometheus_.agent_sleeps(sleep->length, !under_way_.empty());
    receivers_.agent_sleeps();
    clock_.go_on_asleep(sleep->length);
    woke_up_ = clock_.real();
  }
  const int drift = chance(50, seed_, "drifts forward") ? kDriftPerMille : -kDriftPerMille;
  clock_.drift(injector_.strikes(FaultKind::clock_drifts) ? drift : 0);
  set_clock(FaultKind::clock_set_back, 1);
  set_clock(FaultKind::clock_set_forward, -1);
}

void SimTransport::set_clock(FaultKind kind, int back) {
  const Fault* jump = injector_.take(kind);
  if (!jump) return;
  clock_.set_back(back * jump->length);
  receivers_.agent_lost_memory();  // by this clock, a rest that was over would come once more
  steps_.push_back(clock_.real());
}

std::vector<Completed> SimTransport::wait(Duration timeout) {
  if (const Fault* crash = injector_.take(FaultKind::crash_at_wait)) throw Crash{*crash};
  const Instant end = clock_.steady() + (std::exchange(woken_, false) ? Duration{0} : timeout);
  clock_.advance((under_way_.empty() ? end : std::min(end, under_way_.begin()->first)) - clock_.steady());
  turn_the_clock();
  std::vector<Completed> done;
  while (!under_way_.empty() && under_way_.begin()->first <= clock_.steady()) {
    UnderWay& ended = under_way_.begin()->second;
    if (ended.is_answer) answers_.push_back(clock_.now());
    done.push_back(std::move(ended.completed));
    under_way_.erase(under_way_.begin());
  }
  return done;
}

}  // namespace tocsin::sim
