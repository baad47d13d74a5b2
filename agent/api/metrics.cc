#include "agent/api/metrics.h"

#include <algorithm>

#include "agent/api/exposition.h"
#include "agent/base/time.h"

namespace tocsin {
namespace {

constexpr Severity kSeverities[] = {Severity::sev1, Severity::sev2, Severity::sev3, Severity::sev4};
constexpr NotificationKind kKinds[] = {
    NotificationKind::open,    NotificationKind::escalate, NotificationKind::deescalate, NotificationKind::acknowledge,
    NotificationKind::resolve, NotificationKind::reminder, NotificationKind::past};
constexpr Outcome kOutcomes[] = {Outcome::delivered, Outcome::retried, Outcome::failed, Outcome::collapsed};

std::string_view outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered:
      return "delivered";
    case Outcome::retried:
      return "retried";
    case Outcome::failed:
      return "failed";
    case Outcome::collapsed:
      return "collapsed";
  }
  return "";
}

std::size_t index(Severity severity) {
  return static_cast<std::size_t>(severity) - 1;
}

double unix_seconds(Timestamp at) {
  return static_cast<double>(to_unix_ms(at)) / 1000;
}

double count(uint64_t number) {
  return static_cast<double>(number);
}

/// tocsin's own rules ask nothing of Prometheus.
bool is_own(const Rule& rule) {
  return rule.query.empty();
}

void write_agent(Exposition& out, const ReadModel& model) {
  out.family(MetricType::gauge, "tocsin_build_info", "Always 1, with the version and the compiler that built it.");
  out.add(1, {{"version", TOCSIN_VERSION}, {"compiler", __VERSION__}});
  const auto rules = std::ranges::count_if(model.rules, [](const RuleStatus& status) { return !is_own(*status.rule); });
  out.gauge("tocsin_rules", "Rules of the configuration in force.", static_cast<double>(rules));
  out.gauge("tocsin_prometheus_up", "1 when Prometheus answered the last query, else 0.", model.prometheus_up ? 1 : 0);
  out.gauge("tocsin_config_last_reload_successful", "1 when the last reload was applied, 0 when it was refused.",
            model.last_reload_successful ? 1 : 0);
  out.gauge("tocsin_config_last_reload_success_timestamp_seconds", "When a configuration was last applied.",
            unix_seconds(model.last_reload_success_at));
  out.histogram("tocsin_query_duration_seconds", "How long Prometheus took to answer a query.", model.query_duration);
  out.histogram("tocsin_detection_delay_seconds", "From the first breach seen to the incident opened.",
                model.detection_delay);
  out.gauge("tocsin_store_up", "1 when the last commit to the store worked, else 0.",
            model.store_error.empty() ? 1 : 0);
  out.histogram("tocsin_store_commit_duration_seconds", "How long one transaction of the store took.",
                model.commit_duration);
}

/// A family with one sample for each rule.
template <class Value>
void write_per_rule(Exposition& out, MetricType type, const ReadModel& model, std::string_view name,
                    std::string_view help, Value value) {
  out.family(type, name, help);
  for (const RuleStatus& status : model.rules) {
    if (const std::optional<double> sample = value(status)) out.add(*sample, {{"rule", status.rule->name}});
  }
}

void write_rules(Exposition& out, const ReadModel& model) {
  using Sample = std::optional<double>;
  write_per_rule(out, MetricType::counter, model, "tocsin_rule_evaluations_total",
                 "Evaluations of the rule, good or not.",
                 [](const RuleStatus& status) -> Sample { return count(status.evaluations); });
  write_per_rule(out, MetricType::counter, model, "tocsin_rule_evaluation_failures_total",
                 "Evaluations of the rule that got no usable answer.",
                 [](const RuleStatus& status) -> Sample { return count(status.failures); });
  write_per_rule(out, MetricType::counter, model, "tocsin_rule_missed_evaluations_total",
                 "Evaluations skipped because the one before was still running.",
                 [](const RuleStatus& status) -> Sample { return count(status.missed); });
  write_per_rule(out, MetricType::gauge, model, "tocsin_rule_last_evaluation_timestamp_seconds",
                 "The time for which the rule was last evaluated.", [](const RuleStatus& status) -> Sample {
                   if (!status.last_evaluation) return std::nullopt;
                   return unix_seconds(*status.last_evaluation);
                 });
  write_per_rule(out, MetricType::counter, model, "tocsin_incident_flaps_total",
                 "Incidents of the rule that breached again within its dedup window.",
                 [](const RuleStatus& status) -> Sample { return count(status.flaps); });
}

/// The severities that the rule can have are there from the start, so that the first incident is an increase.
void write_per_rule_and_severity(Exposition& out, const ReadModel& model, std::string_view name, std::string_view help,
                                 PerSeverity RuleStatus::* counts) {
  out.family(MetricType::counter, name, help);
  for (const RuleStatus& status : model.rules) {
    for (const Severity severity : kSeverities) {
      const uint64_t number = (status.*counts)[index(severity)];
      const bool possible =
          std::ranges::find(status.rule->grades, severity, &Grade::severity) != status.rule->grades.end();
      if (!possible && number == 0) continue;
      out.add(count(number), {{"rule", status.rule->name}, {"severity", severity_text(severity)}});
    }
  }
}

void write_per_severity(Exposition& out, std::string_view name, std::string_view help,
                        const std::vector<Histogram>& histograms) {
  out.family(MetricType::histogram, name, help);
  for (std::size_t i = 0; i < std::min(histograms.size(), std::size(kSeverities)); ++i) {
    out.add(histograms[i], {{"severity", severity_text(kSeverities[i])}});
  }
}

void write_incidents(Exposition& out, const ReadModel& model) {
  out.family(MetricType::gauge, "tocsin_incidents", "Incidents that are not resolved.");
  for (const Severity severity : kSeverities) {
    const std::string_view text = severity_text(severity);
    out.add(count(model.open[index(severity)]), {{"state", "open"}, {"severity", text}});
    out.add(count(model.acknowledged[index(severity)]), {{"state", "acknowledged"}, {"severity", text}});
  }

  out.family(MetricType::counter, "tocsin_incidents_unrouted_total",
             "Incidents that no route matched, so that nobody was told.");
  out.add(count(model.unrouted), {});

  uint64_t pending = 0;
  uint64_t firing = 0;
  for (const RuleStatus& status : model.rules) {
    if (is_own(*status.rule)) continue;
    pending += status.pending_series;
    firing += status.firing_series;
  }
  out.family(MetricType::gauge, "tocsin_series",
             "Series of the configured rules that breach: pending, or part of an incident (firing).");
  out.add(count(pending), {{"state", "pending"}});
  out.add(count(firing), {{"state", "firing"}});

  write_per_rule_and_severity(out, model, "tocsin_incidents_opened_total", "Incidents opened.", &RuleStatus::opened);
  write_per_rule_and_severity(out, model, "tocsin_incidents_resolved_total", "Incidents resolved.",
                              &RuleStatus::resolved);
  write_per_severity(out, "tocsin_time_to_acknowledge_seconds", "From the opening to the acknowledgment.",
                     model.time_to_acknowledge);
  write_per_severity(out, "tocsin_time_to_resolve_seconds", "From the opening to the resolution.",
                     model.time_to_resolve);
}

void write_notifications(Exposition& out, const ReadModel& model) {
  out.family(MetricType::counter, "tocsin_notifications_total",
             "What became of notifications; retried counts each try that has to be made again.");
  for (const NotifierStatus& notifier : model.notifiers) {
    for (const NotificationKind kind : kKinds) {
      for (const Outcome outcome : kOutcomes) {
        const auto found = notifier.outcomes.find({kind, outcome});
        out.add(found == notifier.outcomes.end() ? 0 : count(found->second),
                {{"notifier", notifier.name}, {"kind", kind_text(kind)}, {"outcome", outcome_text(outcome)}});
      }
    }
  }
}

void write_notifiers(Exposition& out, const ReadModel& model) {
  write_notifications(out, model);
  out.family(MetricType::histogram, "tocsin_notification_latency_seconds",
             "From the change of state to its acceptance by the other side.");
  for (const NotifierStatus& notifier : model.notifiers) out.add(notifier.latency, {{"notifier", notifier.name}});
  out.family(MetricType::gauge, "tocsin_outbox_depth", "Notifications that wait for the notifier.");
  for (const NotifierStatus& notifier : model.notifiers) {
    out.add(static_cast<double>(notifier.depth), {{"notifier", notifier.name}});
  }
  out.family(MetricType::gauge, "tocsin_outbox_oldest_seconds",
             "Age of the oldest notification that waits for the notifier; 0 when none waits.");
  for (const NotifierStatus& notifier : model.notifiers) {
    const Duration age = notifier.oldest ? std::max(model.at - *notifier.oldest, Duration{0}) : Duration{0};
    out.add(in_seconds(age), {{"notifier", notifier.name}});
  }
}

void write_process(Exposition& out, const ProcessStatus& process) {
  out.counter("process_cpu_seconds_total", "User and system CPU time spent.", process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory.", process.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Virtual memory.", process.virtual_bytes);
  out.gauge("process_open_fds", "Open file descriptors.", process.open_fds);
  out.gauge("process_max_fds", "The most file descriptors it may open.", process.max_fds);
  out.gauge("process_start_time_seconds", "When the process started.", process.start_time_seconds);
}

}  // namespace

std::string render_metrics(const ReadModel& model, const ProcessStatus& process) {
  constexpr std::size_t kBytesPerRule = 512;
  constexpr std::size_t kBytesBesides = 32UL << 10;
  Exposition out(kBytesBesides + model.rules.size() * kBytesPerRule);
  write_agent(out, model);
  write_rules(out, model);
  write_incidents(out, model);
  write_notifiers(out, model);
  write_process(out, process);
  return std::move(out).text();
}

}  // namespace tocsin
