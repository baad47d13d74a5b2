#include "agent/api/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/agent/api/fakes.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string busy_page() {
  return render_metrics(*test::busy_model(), read_process_status());
}

/// What promtool says of the page; empty: nothing.
std::string lint(const std::string& page) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("tocsin-metrics-" + std::to_string(getpid()));
  std::ofstream(file) << page;
  FILE* pipe = popen(("promtool check metrics < " + file.string() + " 2>&1").c_str(), "r");
  std::string said;
  char text[1024];
  while (pipe != nullptr && std::fgets(text, sizeof text, pipe) != nullptr) said += text;
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  std::filesystem::remove(file);
  return status == 0 ? said : said + "promtool failed";
}

TEST(Metrics, PromtoolHasNothingToSay) {
  EXPECT_EQ(lint(busy_page()), "");
  EXPECT_EQ(lint(render_metrics(*test::idle_model(), ProcessStatus{})), "");
}

TEST(Metrics, PromtoolWouldHaveSaid) {
  EXPECT_NE(lint("# TYPE tocsin_bad counter\ntocsin_bad 1\n"), "");
}

TEST(Metrics, EveryDocumentedFamilyIsThereAlsoWhenIdle) {
  const std::string page = render_metrics(*test::idle_model(), ProcessStatus{});
  for (const char* name : {"tocsin_build_info",
                           "tocsin_rules",
                           "tocsin_rule_evaluations_total",
                           "tocsin_rule_evaluation_failures_total",
                           "tocsin_rule_missed_evaluations_total",
                           "tocsin_rule_last_evaluation_timestamp_seconds",
                           "tocsin_query_duration_seconds",
                           "tocsin_prometheus_up",
                           "tocsin_series",
                           "tocsin_incidents",
                           "tocsin_incidents_opened_total",
                           "tocsin_incidents_resolved_total",
                           "tocsin_incidents_unrouted_total",
                           "tocsin_incident_flaps_total",
                           "tocsin_detection_delay_seconds",
                           "tocsin_time_to_acknowledge_seconds",
                           "tocsin_time_to_resolve_seconds",
                           "tocsin_notifications_total",
                           "tocsin_notification_latency_seconds",
                           "tocsin_outbox_depth",
                           "tocsin_outbox_oldest_seconds",
                           "tocsin_config_last_reload_successful",
                           "tocsin_config_last_reload_success_timestamp_seconds",
                           "tocsin_store_up",
                           "tocsin_store_commit_duration_seconds",
                           "process_cpu_seconds_total",
                           "process_resident_memory_bytes",
                           "process_virtual_memory_bytes",
                           "process_open_fds",
                           "process_max_fds",
                           "process_start_time_seconds"}) {
    EXPECT_THAT(page, HasSubstr("# TYPE " + std::string(name) + " ")) << name;
    std::ifstream documentation(TOCSIN_SOURCE_DIR "/docs/metrics.md");
    const std::string text((std::istreambuf_iterator<char>(documentation)), std::istreambuf_iterator<char>());
    EXPECT_THAT(text, HasSubstr(name)) << "in docs/metrics.md";
  }
}

TEST(Metrics, RulesHaveTheirOwnSeries) {
  const std::string page = busy_page();
  EXPECT_THAT(page, HasSubstr("tocsin_rule_evaluations_total{rule=\"HighErrorRate\"} 10\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_rule_evaluation_failures_total{rule=\"HighErrorRate\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_rule_missed_evaluations_total{rule=\"Latency:p99\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_rule_last_evaluation_timestamp_seconds{rule=\"HighErrorRate\"} 1795255201\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_incident_flaps_total{rule=\"HighErrorRate\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_rules 2\n")) << "tocsin's own rules are not of the configuration";
}

TEST(Metrics, SeveritiesThatARuleCanHaveBeginAtZero) {
  auto model = test::idle_model();
  RuleStatus status;
  status.rule = test::make_rule("New");
  model->rules.push_back(status);
  const std::string page = render_metrics(*model, ProcessStatus{});
  EXPECT_THAT(page, HasSubstr("tocsin_incidents_opened_total{rule=\"New\",severity=\"SEV1\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_incidents_resolved_total{rule=\"New\",severity=\"SEV3\"} 0\n"));
  EXPECT_THAT(page, Not(HasSubstr("rule=\"New\",severity=\"SEV2\"")));
  EXPECT_THAT(page, Not(HasSubstr("last_evaluation_timestamp_seconds{rule=\"New\"")));
}

TEST(Metrics, CountSeriesOfTheConfiguredRulesAndAllIncidents) {
  const std::string page = busy_page();
  EXPECT_THAT(page, HasSubstr("tocsin_series{state=\"pending\"} 4\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_series{state=\"firing\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_incidents{state=\"open\",severity=\"SEV4\"} 4\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_incidents{state=\"acknowledged\",severity=\"SEV2\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_incidents_opened_total{rule=\"HighErrorRate\",severity=\"SEV1\"} 4\n"));
}

TEST(Metrics, HistogramsAreCumulative) {
  const std::string page = busy_page();
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_bucket{le=\"0.1\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_count 1\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_query_duration_seconds_sum 0.004\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_time_to_resolve_seconds_bucket{severity=\"SEV1\",le=\"300\"} 1\n"));
}

TEST(Metrics, NamesAreEscaped) {
  EXPECT_THAT(busy_page(), HasSubstr("tocsin_outbox_depth{notifier=\"team \\\"quoted\\\\\\\" \\n\uFFFD slack\"} 7\n"));
}

TEST(Metrics, NotifiersShowEveryOutcomeFromTheStart) {
  auto model = test::idle_model();
  NotifierStatus mail;
  mail.name = "mail";
  model->notifiers.push_back(mail);
  const std::string page = render_metrics(*model, ProcessStatus{});
  EXPECT_THAT(page, HasSubstr(R"(tocsin_notifications_total{notifier="mail",kind="open",outcome="failed"} 0)"));
  EXPECT_THAT(page, HasSubstr("tocsin_outbox_oldest_seconds{notifier=\"mail\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("tocsin_notification_latency_seconds_count{notifier=\"mail\"} 0\n"));
}

TEST(Metrics, TheOutboxTellsTheAgeOfItsOldest) {
  EXPECT_THAT(busy_page(), HasSubstr("slack\"} 61.5\n"));
}

TEST(ProcessStatus, IsThisProcess) {
  const ProcessStatus process = read_process_status();
  EXPECT_GT(process.cpu_seconds, 0);
  EXPECT_GT(process.resident_bytes, 1 << 20);
  EXPECT_GT(process.virtual_bytes, process.resident_bytes);
  EXPECT_GE(process.open_fds, 3);
  EXPECT_GT(process.max_fds, process.open_fds);
  const double now = static_cast<double>(time(nullptr));
  EXPECT_LE(process.start_time_seconds, now + 1);
  EXPECT_GT(process.start_time_seconds, now - 86'400);
}

}  // namespace
}  // namespace tocsin
