#include "agent/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <variant>

#include "tests/agent/config/config_folder.h"

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kFullConfig = R"(
external_url = "https://tocsin.example.org/"
labels = { cluster = "staging" }

[prometheus]
url = "http://localhost:9090/prometheus/"
timeout = "7s"
max_concurrent_queries = 4
batch = 20
query_offset = "30s"
basic_auth = { username = "u", password_file = "secrets/p" }
headers = { X-Scope-OrgID = "tenant" }
tls = { ca_file = "", cert_file = "", key_file = "", server_name = "prom", insecure_skip_verify = true }
unreachable_after = "2m"
body_limit = "1MiB"
proxy_url = "http://user:password@proxy.example.org:3128"

[rules]
files = ["rules/*.toml"]
interval = "30s"
dedup_window = "10m"
catch_up = "2h"

[store]
url = "sqlite:///var/lib/tocsin/tocsin.db"
retention = "30d"

[web]
listen = "[::1]:9876"
token_file = "secrets/token"
tls = { cert_file = "secrets/p", key_file = "secrets/p" }

[notifiers.team-slack]
type = "slack"
webhook_url_file = "secrets/slack"
send_resolved = false

[notifiers.bot]
type = "slack"
bot_token = "xoxb-1"
channel = "C0123456789"
rate_limit = "30/m"
digest_above = 3

[notifiers.pager]
type = "pagerduty"
routing_key_file = "secrets/pd"
url = "https://events.eu.pagerduty.com/"
max_retry_age = "1h"

[notifiers.mail]
type = "email"
smtp_url = "smtps://mail:465"
starttls = "off"
username = "tocsin"
password_file = "secrets/p"
from = "tocsin <tocsin@example.org>"
to = ["incident-response@example.org", "On call, B <b@example.org>"]
timeout = "20s"
proxy_url = "socks5://proxy.example.org:1080"
tls = { insecure_skip_verify = true }

[notifiers.hook]
type = "webhook"
url = "http://127.0.0.1:5001/x?y=1"
bearer_token_file = "secrets/token"
headers = { X-A = "1" }
rate_limit = "500/h"

[notifiers.console]
type = "console"

[heartbeat]
url = "https://hc.example.org/ping/uuid"
interval = "2m"
timeout = "3s"

[[route]]
match = ['severity=~"SEV1|SEV2"', 'team!="x", cluster="staging"']
notify = ["pager", "team-slack", "mail"]
continue = true

[[route]]
notify = ["team-slack"]
repeat_interval = "4h"
)";

constexpr const char* kFullRules = R"(
[defaults]
severity = "low"
labels = { team = "payments", tier = "1" }

[[rule]]
name = "HighErrorRate"
query = '''
  sum by (service) (rate(http_requests_total{code=~"5.."}[5m]))
/ sum by (service) (rate(http_requests_total[5m]))'''
threshold = "> 0.05"
recover = "< 0.03"
for = "2m"
recover_for = "1m"
severity = "SEV1"
interval = "15s"
dedup_window = "5m"
missing = "4m"
no_data = "open"
allow_partial = true
incident_by = ["service"]
notify = ["pager"]
labels = { team = "checkout" }

[rule.annotations]
summary = "{{ $labels.service }}: {{ $value | humanizePercentage }} of requests fail"
description = "..."

[[rule]]
name = "Graded"
query = "x"
thresholds = { SEV2 = "> 0.01", critical = "> 0.05" }

[[rule]]
name = "Filters"
query = "up == 0"

[[rule]]
name = "Off"
query = "up"
enabled = false
)";

class FullConfig : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("tocsin.toml", kFullConfig);
    folder_.write("rules/a.toml", kFullRules);
    folder_.write("secrets/p", "password\n");
    folder_.write("secrets/token", "token\r\n");
    folder_.write("secrets/slack", "https://hooks.example.org/services/T/B/X\n");
    folder_.write("secrets/pd", "routing-key");
    loaded_ = folder_.load();
    ASSERT_EQ(complaints(loaded_), "");
    ASSERT_NE(loaded_.config, nullptr);
  }

  const Config& config() const { return *loaded_.config; }
  const NotifierSettings& notifier(std::size_t index) const { return config().notifiers.at(index); }

  ConfigFolder folder_;
  LoadedConfig loaded_;
};

TEST_F(FullConfig, ReadsWhatConcernsTocsinItself) {
  EXPECT_EQ(config().external_url, "https://tocsin.example.org");
  EXPECT_EQ(config().labels, (Labels{{"cluster", "staging"}}));
  EXPECT_EQ(config().catch_up, 2h);
  EXPECT_EQ(config().store.path, "/var/lib/tocsin/tocsin.db");
  EXPECT_EQ(config().store.retention, std::chrono::hours(30 * 24));
  EXPECT_EQ(config().web.listen, "[::1]:9876");
  EXPECT_EQ(config().web.token, Secret("token"));
  EXPECT_EQ(config().web.tls_cert_file, folder_.path("secrets/p"));
  EXPECT_EQ(config().web.tls_key_file, folder_.path("secrets/p"));
}

TEST_F(FullConfig, ReadsPrometheus) {
  const PrometheusConfig& prometheus = config().prometheus;
  EXPECT_EQ(prometheus.http.url, Secret("http://localhost:9090/prometheus"));
  EXPECT_EQ(prometheus.http.timeout, 7s);
  EXPECT_EQ(prometheus.http.basic_auth, (BasicAuth{"u", Secret("password")}));
  EXPECT_THAT(prometheus.http.headers, ElementsAre(std::pair<std::string, Secret>{"X-Scope-OrgID", Secret("tenant")}));
  EXPECT_EQ(prometheus.http.tls.ca_file, "");
  EXPECT_EQ(prometheus.http.tls.server_name, "prom");
  EXPECT_TRUE(prometheus.http.tls.insecure_skip_verify);
  EXPECT_EQ(prometheus.http.proxy_url.reveal(), "http://user:password@proxy.example.org:3128");
  EXPECT_EQ(prometheus.max_concurrent_queries, 4);
  EXPECT_EQ(prometheus.batch, 20);
  EXPECT_EQ(prometheus.query_offset, 30s);
  EXPECT_EQ(prometheus.unreachable_after, 2min);
  EXPECT_EQ(prometheus.body_bytes_max, std::size_t{1} << 20);
}

TEST_F(FullConfig, KeepsNotifiersInTheOrderOfTheFile) {
  std::vector<std::string> names;
  for (const NotifierSettings& settings : config().notifiers) names.push_back(settings.name);
  EXPECT_THAT(names, ElementsAre("team-slack", "bot", "pager", "mail", "hook", "console"));
}

TEST_F(FullConfig, ReadsSlackWithAWebhook) {
  const auto& slack = std::get<SlackSettings>(notifier(0).type);
  EXPECT_EQ(slack.http.url, Secret("https://hooks.example.org/services/T/B/X"));
  EXPECT_TRUE(slack.bot_token.empty());
  EXPECT_FALSE(notifier(0).send_resolved);
  EXPECT_EQ(notifier(0).rate_limit, (RateLimit{1, 1s}));
  EXPECT_EQ(notifier(0).digest_above, 10U);
}

TEST_F(FullConfig, ReadsSlackWithABot) {
  const auto& slack = std::get<SlackSettings>(notifier(1).type);
  EXPECT_EQ(slack.http.url, Secret("https://slack.com"));
  EXPECT_EQ(slack.bot_token, Secret("xoxb-1"));
  EXPECT_EQ(slack.channel, "C0123456789");
  EXPECT_EQ(notifier(1).rate_limit, (RateLimit{30, 1min}));
  EXPECT_EQ(notifier(1).digest_above, 3U);
}

TEST_F(FullConfig, ReadsPagerDuty) {
  const auto& pager = std::get<PagerDutySettings>(notifier(2).type);
  EXPECT_EQ(pager.http.url, Secret("https://events.eu.pagerduty.com"));
  EXPECT_EQ(pager.routing_key, Secret("routing-key"));
  EXPECT_EQ(notifier(2).max_retry_age, 1h);
  EXPECT_TRUE(notifier(2).send_resolved);
  EXPECT_EQ(notifier(2).rate_limit, std::nullopt);
  EXPECT_EQ(notifier(2).digest_above, std::nullopt);
}

TEST_F(FullConfig, ReadsEmail) {
  const auto& mail = std::get<EmailSettings>(notifier(3).type);
  EXPECT_EQ(mail.smtp_url, "smtps://mail:465");
  EXPECT_EQ(mail.starttls, StartTls::off);
  EXPECT_EQ(mail.username, "tocsin");
  EXPECT_EQ(mail.password, Secret("password"));
  EXPECT_EQ(mail.from, "tocsin <tocsin@example.org>");
  EXPECT_THAT(mail.to, ElementsAre("incident-response@example.org", "On call, B <b@example.org>"));
  EXPECT_EQ(mail.timeout, 20s);
  EXPECT_EQ(mail.proxy_url.reveal(), "socks5://proxy.example.org:1080");
  EXPECT_TRUE(mail.tls.insecure_skip_verify);
  EXPECT_EQ(notifier(3).digest_above, 10U);
}

TEST_F(FullConfig, ReadsWebhookAndConsole) {
  const auto& hook = std::get<WebhookSettings>(notifier(4).type);
  EXPECT_EQ(hook.http.url, Secret("http://127.0.0.1:5001/x?y=1"));
  EXPECT_EQ(hook.http.bearer_token, Secret("token"));
  EXPECT_EQ(hook.http.headers.at(0).first, "X-A");
  EXPECT_EQ(notifier(4).rate_limit, (RateLimit{500, 1h}));
  EXPECT_TRUE(std::holds_alternative<ConsoleSettings>(notifier(5).type));
}

TEST_F(FullConfig, ReadsHeartbeat) {
  const std::optional<HeartbeatConfig>& heartbeat = config().heartbeat;
  ASSERT_TRUE(heartbeat.has_value());
  EXPECT_EQ(heartbeat->http.url, Secret("https://hc.example.org/ping/uuid"));
  EXPECT_EQ(heartbeat->interval, 2min);
  EXPECT_EQ(heartbeat->http.timeout, 3s);
}

TEST_F(FullConfig, ReadsRoutes) {
  ASSERT_EQ(config().routes.size(), 2U);
  const Route& first = config().routes[0];
  ASSERT_EQ(first.matchers.size(), 3U);
  EXPECT_EQ(first.matchers[2].text(), "cluster=\"staging\"");
  EXPECT_THAT(first.notify, ElementsAre("pager", "team-slack", "mail"));
  EXPECT_TRUE(first.continues);
  EXPECT_EQ(first.repeat_interval, std::nullopt);
  EXPECT_THAT(config().routes[1].matchers, IsEmpty());
  EXPECT_FALSE(config().routes[1].continues);
  EXPECT_EQ(config().routes[1].repeat_interval, 4h);
}

TEST_F(FullConfig, ReadsARuleWithEveryKey) {
  const Rule& rule = *config().rules.at(0);
  EXPECT_EQ(rule.name, "HighErrorRate");
  EXPECT_THAT(rule.query, testing::StartsWith("  sum by (service)"));
  EXPECT_THAT(rule.grades, ElementsAre(Grade{Severity::sev1, Threshold{Comparison::greater, 0.05}}));
  EXPECT_EQ(rule.recover, (Threshold{Comparison::less, 0.03}));
  EXPECT_EQ(rule.for_duration, 2min);
  EXPECT_EQ(rule.recover_for, 1min);
  EXPECT_EQ(rule.interval, 15s);
  EXPECT_EQ(rule.dedup_window, 5min);
  EXPECT_EQ(rule.missing, 4min);
  EXPECT_TRUE(rule.no_data_opens);
  EXPECT_TRUE(rule.allow_partial);
  EXPECT_THAT(rule.incident_by, testing::Optional(ElementsAre("service")));
  EXPECT_THAT(*rule.notify, ElementsAre("pager"));
  ASSERT_EQ(rule.annotations.size(), 2U);
  EXPECT_EQ(rule.annotations[0].first, "summary");
  EXPECT_EQ(rule.annotations[1].second.source(), "...");
}

TEST_F(FullConfig, LaysARulesLabelsOverThoseOfTheDefaults) {
  const Rule::NamedTemplates& labels = *config().rules.at(0)->labels;
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].first, "team");
  EXPECT_EQ(labels[0].second.source(), "checkout");
  EXPECT_EQ(labels[1].first, "tier");
}

TEST_F(FullConfig, ReadsGradesMildestFirst) {
  EXPECT_THAT(config().rules.at(1)->grades, ElementsAre(Grade{Severity::sev2, Threshold{Comparison::greater, 0.01}},
                                                        Grade{Severity::sev1, Threshold{Comparison::greater, 0.05}}));
}

TEST_F(FullConfig, GivesRulesTheDefaultsOfFileAndConfiguration) {
  const Rule& graded = *config().rules.at(1);
  EXPECT_EQ(graded.interval, 30s);
  EXPECT_EQ(graded.dedup_window, 10min);
  EXPECT_EQ(graded.missing, 5min);
  EXPECT_EQ(graded.recover, std::nullopt);
  EXPECT_EQ(graded.for_duration, 0s);
  EXPECT_FALSE(graded.no_data_opens);
  EXPECT_EQ(graded.incident_by, std::nullopt);
}

TEST_F(FullConfig, ARuleThatFiltersInItsQueryKeepsNoMissingSeries) {
  const Rule& filters = *config().rules.at(2);
  EXPECT_THAT(filters.grades, ElementsAre(Grade{Severity::sev4, std::nullopt}));
  EXPECT_EQ(filters.missing, 0s);
}

TEST_F(FullConfig, LeavesOutDisabledRulesButNotTheirQueries) {
  EXPECT_EQ(config().rules.size(), 3U);
  ASSERT_EQ(loaded_.queries.size(), 4U);
  EXPECT_EQ(loaded_.queries[3].rule, "Off");
}

TEST_F(FullConfig, KnowsWhereAQueryBegins) {
  const QueryPlace& place = loaded_.queries[0];
  EXPECT_EQ(place.rule, "HighErrorRate");
  EXPECT_EQ(place.file, folder_.path("rules/a.toml"));
  EXPECT_EQ(place.line, 9);
  EXPECT_EQ(place.column, 1);
  EXPECT_EQ(loaded_.queries[1].line, 31);
  EXPECT_EQ(loaded_.queries[1].column, 10);
}

TEST_F(FullConfig, HashesEveryFile) {
  const std::string before = config().hash;
  EXPECT_EQ(before.size(), 16U);
  EXPECT_EQ(folder_.load().config->hash, before);
  folder_.write("rules/a.toml", std::string(kFullRules) + "# a comment\n");
  EXPECT_NE(folder_.load().config->hash, before);
}

TEST(LoadConfig, FillsInDefaults) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'");
  const LoadedConfig loaded = folder.load();
  ASSERT_THAT(loaded.faults, IsEmpty());
  const Config& config = *loaded.config;
  EXPECT_EQ(config.prometheus.http.timeout, 10s);
  EXPECT_EQ(config.prometheus.max_concurrent_queries, 8);
  EXPECT_EQ(config.prometheus.batch, 50);
  EXPECT_EQ(config.prometheus.query_offset, 0s);
  EXPECT_EQ(config.prometheus.unreachable_after, 1min);
  EXPECT_EQ(config.prometheus.body_bytes_max, std::size_t{32} << 20);
  EXPECT_EQ(config.catch_up, 1h);
  EXPECT_EQ(config.store.path, folder.path("tocsin.db"));
  EXPECT_EQ(config.store.retention, std::chrono::hours(365 * 24));
  EXPECT_EQ(config.web.listen, "127.0.0.1:9876");
  EXPECT_TRUE(config.web.token.empty());
  EXPECT_EQ(config.heartbeat, std::nullopt);
}

TEST(LoadConfig, SeesWhetherPrometheusIsOnThisMachine) {
  for (const auto& [url, expected] : std::initializer_list<std::pair<const char*, bool>>{
           {"http://localhost:9090", true},
           {"https://127.0.0.2/prometheus", true},
           {"http://[::1]:9090", true},
           {"http://prometheus:9090", false},
           {"http://0.0.0.0:9090", false},
           {"http://10.0.0.1", false},
       }) {
    const ConfigFolder folder;
    folder.write("tocsin.toml", std::string("prometheus.url = '") + url + "'");
    const LoadedConfig loaded = folder.load();
    ASSERT_THAT(loaded.faults, IsEmpty()) << url;
    EXPECT_EQ(loaded.config->prometheus.on_loopback, expected) << url;
  }
}

TEST(LoadConfig, WarnsOfAConfigurationThatDoesNothing) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'");
  EXPECT_EQ(complaints(folder.load()),
            "warning: " + folder.path("tocsin.toml:1:1: there are no rules; name their files in [rules] files\n") +
                "warning: " +
                folder.path("tocsin.toml:1:1: there are no notifiers: incidents are recorded and nobody is told\n"));
}

TEST(LoadConfig, WarnsOfATimeThatIsShorterThanTheInterval) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", R"(prometheus.url = "http://localhost:9090"
notifiers.console.type = "console"
rules.files = ["r.toml"]
route = [{ notify = ["console"] }]
)");
  folder.write("r.toml",
               "[[rule]]\nname = 'A'\nquery = 'up'\nthreshold = '> 1'\ninterval = '1m'\n"
               "recover_for = '15s'\nmissing = '30s'\n"
               "[[rule]]\nname = 'B'\nquery = 'up'\nthreshold = '> 1'\ninterval = '10m'\n"
               "recover_for = '0s'\nmissing = '10m'\n"
               "[[rule]]\nname = 'DefaultsAreNoFault'\nquery = 'up'\nthreshold = '> 1'\ninterval = '10m'\n");
  const LoadedConfig loaded = folder.load();
  ASSERT_THAT(loaded.faults, IsEmpty());
  const std::string reason =
      " has no effect of its own, being shorter than the interval of A (1m), as nothing "
      "happens between two evaluations; write \"0s\", or ";
  EXPECT_EQ(complaints(loaded), "warning: " + folder.path("r.toml:6:15: `recover_for`: 15s") + reason +
                                    "at least \"1m\"\n" + "warning: " + folder.path("r.toml:7:11: `missing`: 30s") +
                                    reason + "more than \"1m\"\n");
}

TEST(LoadConfig, WarnsOfEachRuleForWhichADefaultIsShorterThanTheInterval) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", R"(prometheus.url = "http://localhost:9090"
notifiers.console.type = "console"
rules.files = ["r.toml"]
route = [{ notify = ["console"] }]
)");
  folder.write("r.toml", R"([defaults]
query = "up"
threshold = "> 1"
interval = "1m"
missing = "30s"
[[rule]]
name = "A"
[[rule]]
name = "B"
interval = "15s"
[[rule]]
name = "C"
)");
  const LoadedConfig loaded = folder.load();
  ASSERT_THAT(loaded.faults, IsEmpty());
  const std::string place = "warning: " + folder.path("r.toml:5:11: `missing`: 30s has no effect of its own, ");
  EXPECT_THAT(complaints(loaded), HasSubstr(place + "being shorter than the interval of A (1m)"));
  EXPECT_THAT(complaints(loaded), HasSubstr(place + "being shorter than the interval of C (1m)"));
  EXPECT_EQ(loaded.warnings.size(), 2U);
}

TEST(LoadConfig, WarnsWhereNobodyWouldHearOfAnUnreachablePrometheus) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", R"(prometheus.url = "http://localhost:9090"
notifiers.console.type = "console"
rules.files = ["r.toml"]
)");
  folder.write("r.toml", "[[rule]]\nname = 'A'\nquery = 'up'\nnotify = ['console']\n");
  EXPECT_THAT(complaints(folder.load()),
              HasSubstr("warning: " + folder.path("tocsin.toml:1:1: no route matches TocsinBlind")));
}

TEST(LoadConfig, WarnsOfAPasswordSentInTheClear) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", R"(prometheus.url = "http://localhost:9090"
[notifiers.mail]
type = "email"
smtp_url = "smtp://mail.example.org:25"
starttls = "off"
username = "u"
password = "hunter2"
from = "a@example.org"
to = ["b@example.org"]
)");
  const LoadedConfig loaded = folder.load();
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_THAT(complaints(loaded), HasSubstr("tocsin.toml:5:12: the password is sent unencrypted"));
  EXPECT_THAT(complaints(loaded), testing::Not(HasSubstr("hunter2")));
}

TEST(LoadConfig, StoresBesideTheFileInMemoryOrAnywhere) {
  const ConfigFolder folder;
  const auto path_for = [&folder](const std::string& url) {
    folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'\nstore.url = '" + url + "'");
    return folder.load().config->store.path;
  };
  EXPECT_EQ(path_for("sqlite://data/t.db"), folder.path("data/t.db"));
  EXPECT_EQ(path_for("sqlite:///var/t.db"), "/var/t.db");
  EXPECT_EQ(path_for("sqlite://:memory:"), ":memory:");
}

TEST(LoadConfig, ListensWhereItIsTold) {
  const ConfigFolder folder;
  const auto faults_for = [&folder](const std::string& listen) {
    folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'\nweb.listen = '" + listen + "'");
    return folder.load().faults.size();
  };
  for (const char* valid : {"127.0.0.1:0", ":9876", "[::1]:80", "localhost:9876", "0.0.0.0:65535"}) {
    EXPECT_EQ(faults_for(valid), 0U) << valid;
  }
  for (const char* invalid : {"", ":", "localhost", "::1:80", "a:b", "a:-1", "a: 80", "a/b:80", "[::1:80", "a:80x"}) {
    EXPECT_EQ(faults_for(invalid), 1U) << invalid;
  }
}

TEST(LoadConfig, SaysWhatIsWrongWithTheFileItself) {
  const ConfigFolder folder;
  EXPECT_THAT(complaints(load_config(folder.path("absent.toml"))),
              HasSubstr("absent.toml:1:1: cannot read " + folder.path("absent.toml") + ": No such file or directory"));
  EXPECT_THAT(complaints(load_config(folder.path(""))), HasSubstr("it is no regular file"));
  EXPECT_EQ(load_config(folder.path("absent.toml")).config, nullptr);
}

TEST(LoadConfig, ReadsARuleFileThatIsNamedTwiceOnce) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", R"(prometheus.url = "http://localhost:9090"
rules.files = ["rules/*.toml", "rules/a.toml", "rules/../rules/a.toml", "link.toml"]
)");
  folder.write("rules/a.toml", "[[rule]]\nname = 'A'\nquery = 'up'\n");
  std::filesystem::create_symlink(folder.path("rules/a.toml"), folder.path("link.toml"));
  const LoadedConfig loaded = folder.load();
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.config->rules.size(), 1U);
}

TEST(LoadConfig, TakesAFolderWhoseNameLooksLikeAPattern) {
  const ConfigFolder folder;
  folder.write("[a]*/tocsin.toml", "prometheus.url = 'http://localhost:9090'\nrules.files = ['*.rules']\n");
  folder.write("[a]*/x.rules", "[[rule]]\nname = 'A'\nquery = 'up'\n");
  const LoadedConfig loaded = load_config(folder.path("[a]*/tocsin.toml"));
  ASSERT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.queries.at(0).file, folder.path("[a]*/x.rules"));
}

TEST(LoadConfig, AnOwnThresholdReplacesTheGradesOfTheDefaults) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'\nrules.files = ['r.toml']\n");
  folder.write("r.toml", R"([defaults]
thresholds = { SEV3 = "> 1", SEV1 = "> 5" }
query = "up"
[[rule]]
name = "Graded"
[[rule]]
name = "Single"
threshold = "< 5"
severity = "SEV2"
)");
  const LoadedConfig loaded = folder.load();
  ASSERT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.config->rules.at(0)->grades.size(), 2U);
  EXPECT_THAT(loaded.config->rules.at(1)->grades, ElementsAre(Grade{Severity::sev2, Threshold{Comparison::less, 5}}));
}

}  // namespace
}  // namespace tocsin
