#include "agent/api/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "agent/base/limits.h"
#include "tests/agent/api/client.h"
#include "tests/agent/api/fakes.h"
#include "tests/support/hung.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::get;
using test::Hung;
using test::post_json;
using test::Reply;
using test::request;
using testing::HasSubstr;

class Server : public testing::Test {
 protected:
  Server() {
    control.model = test::busy_model();
    store.records = {{1, test::make_record(1)}, {2, test::make_record(2)}, {3, test::make_record(3)}};
  }

  uint16_t start(Access access = {}) {
    Result<std::unique_ptr<ApiServer>> started =
        ApiServer::start({.listen = "127.0.0.1:0", .access = std::move(access)}, control, store, watchdog);
    EXPECT_TRUE(started);
    server = std::move(*started);
    return server->port();
  }

  test::FakeControl control;
  test::FakeStore store;
  Watchdog watchdog{1h, end_of_hung_process};
  std::unique_ptr<ApiServer> server;
};

nlohmann::json json(const Reply& reply) {
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  return nlohmann::json::parse(reply.body, nullptr, false);
}

void expect_error(const Reply& reply, int status, const std::string& type, const std::string& text) {
  EXPECT_EQ(reply.status, status);
  const nlohmann::json body = json(reply);
  EXPECT_EQ(body.value("status", ""), "error");
  EXPECT_EQ(body.value("errorType", ""), type);
  EXPECT_THAT(body.value("error", ""), HasSubstr(text));
}

TEST_F(Server, AnswersMetrics) {
  const Reply reply = get(start(), "/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("tocsin_build_info{version=\"" TOCSIN_VERSION "\""));
  EXPECT_EQ(reply.header("Server"), "");
}

TEST_F(Server, IsWatched) {
  Hung hung(limits::kTurnWaitMax / 10);  // it comes round less often
  server = *ApiServer::start({.listen = "127.0.0.1:0"}, control, store, hung.watchdog);
  EXPECT_EQ(hung.wait(), "the HTTP port");
  server.reset();  // before what watches it
}

TEST_F(Server, EachRequestIsWatched) {
  Hung hung(3 * limits::kTurnWaitMax);
  std::latch over(1);
  store.before_get = [&] { over.wait(); };
  server = *ApiServer::start({.listen = "127.0.0.1:0"}, control, store, hung.watchdog);
  const std::jthread client([port = server->port()] { get(port, "/api/v1/incidents/INC-1"); });
  EXPECT_EQ(hung.wait(), "a request of the HTTP port");
  EXPECT_EQ(get(server->port(), "/-/healthy").status, 200);
  over.count_down();
  server.reset();  // before what watches it
}

TEST_F(Server, IsHealthyAsLongAsTheEngineAnswers) {
  EXPECT_EQ(get(start(), "/-/healthy").body, "tocsin is healthy.\n");
  control.model = nullptr;
  expect_error(get(start(), "/-/healthy"), 503, "unavailable", "did not answer");
}

TEST_F(Server, IsReadyOrSaysWhyNot) {
  EXPECT_EQ(get(start(), "/-/ready").status, 200);
  control.model = test::idle_model();
  expect_error(get(start(), "/-/ready"), 503, "unavailable", "first round");
}

TEST_F(Server, WithoutAnEngineEverythingThatNeedsItIsUnavailable) {
  control.model = nullptr;
  const uint16_t port = start();
  for (const char* path : {"/metrics", "/-/ready", "/api/v1/rules", "/api/v1/status"}) {
    expect_error(get(port, path), 503, "unavailable", "did not answer");
  }
  EXPECT_EQ(get(port, "/api/v1/incidents").status, 200);
}

TEST_F(Server, ListsIncidentsPageByPage) {
  const uint16_t port = start();
  nlohmann::json data = json(get(port, "/api/v1/incidents?limit=2"))["data"];
  ASSERT_EQ(data["incidents"].size(), 2U);
  EXPECT_EQ(data["incidents"][0]["id"], "INC-3");
  EXPECT_EQ(data["next_cursor"], "INC-2");
  data = json(get(port, "/api/v1/incidents?limit=2&cursor=INC-2"))["data"];
  ASSERT_EQ(data["incidents"].size(), 1U);
  EXPECT_EQ(data["incidents"][0]["id"], "INC-1");
  EXPECT_TRUE(data["next_cursor"].is_null());
}

TEST_F(Server, PassesTheFilterOn) {
  get(start(), "/api/v1/incidents?state=active&severity=SEV2&rule=HighErrorRate&since=1795255200");
  const IncidentFilter filter = store.last_filter();
  EXPECT_TRUE(filter.active_only);
  EXPECT_EQ(filter.severity, Severity::sev2);
  EXPECT_EQ(filter.rule, "HighErrorRate");
  EXPECT_EQ(filter.since, test::time_at(0));
}

TEST_F(Server, RefusesAWrongFilter) {
  expect_error(get(start(), "/api/v1/incidents?limit=many"), 400, "bad_data", R"(limit="many": give 1 to 1000)");
}

TEST_F(Server, ShowsOneIncident) {
  const nlohmann::json data = json(get(start(), "/api/v1/incidents/INC%2D2"))["data"];
  EXPECT_EQ(data["id"], "INC-2");
  EXPECT_EQ(data["timeline"].size(), 1U);
  EXPECT_EQ(data["notifications"].size(), 1U);
}

TEST_F(Server, AnUnknownIncidentIsNotFound) {
  const uint16_t port = start();
  expect_error(get(port, "/api/v1/incidents/INC-9"), 404, "not_found", "INC-9");
  expect_error(get(port, "/api/v1/incidents/nine"), 404, "not_found", "INC-7");
}

TEST_F(Server, AStoreThatFailsIsUnavailable) {
  store.fault = Error{"the store cannot be read: disk I/O error", ErrorCode::unavailable};
  expect_error(get(start(), "/api/v1/incidents"), 503, "unavailable", "disk I/O error");
}

TEST_F(Server, ActsAndAnswersWithTheIncident) {
  const uint16_t port = start();
  EXPECT_EQ(json(post_json(port, "/api/v1/incidents/INC-1/acknowledge", R"({"by":"Ana"})"))["data"]["id"], "INC-1");
  EXPECT_EQ(post_json(port, "/api/v1/incidents/INC-2/resolve", R"({"text":"fixed"})").status, 200);
  EXPECT_EQ(post_json(port, "/api/v1/incidents/INC-3/notes", R"({"by":"Ben","text":"looking"})").status, 200);
  const std::vector<Action> actions = control.actions();
  ASSERT_EQ(actions.size(), 3U);
  EXPECT_EQ(actions[0].kind, Action::Kind::acknowledge);
  EXPECT_EQ(actions[0].incident, 1);
  EXPECT_EQ(actions[0].by, "Ana");
  EXPECT_EQ(actions[1].kind, Action::Kind::resolve);
  EXPECT_EQ(actions[1].by, "api");
  EXPECT_EQ(actions[1].text, "fixed");
  EXPECT_EQ(actions[2].kind, Action::Kind::note);
  EXPECT_EQ(actions[2].text, "looking");
}

TEST_F(Server, ANoteNeedsAText) {
  const uint16_t port = start();
  for (const char* body : {"{}", R"({"text":""})", R"({"text":" \n"})"}) {
    expect_error(post_json(port, "/api/v1/incidents/INC-1/notes", body), 400, "bad_data", "needs a text");
  }
  EXPECT_TRUE(control.actions().empty());
}

TEST_F(Server, WhatTheEngineRefusesHasItsStatus) {
  control.refusal = Error{"INC-1 is already resolved", ErrorCode::conflict};
  expect_error(post_json(start(), "/api/v1/incidents/INC-1/acknowledge", "{}"), 409, "conflict", "already resolved");
}

TEST_F(Server, ReloadsWithoutABody) {
  EXPECT_EQ(request(start(), "POST", "/-/reload").status, 200);
  EXPECT_EQ(control.reloads, 1);
}

TEST_F(Server, AReloadNamesWhatNeedsARestart) {
  auto model = test::idle_model();
  model->restart_needed = {"[web] listen"};
  control.model = model;
  const uint16_t port = start();
  EXPECT_EQ(json(post_json(port, "/-/reload", "{}"))["data"]["restart_needed"],
            nlohmann::json::array({"[web] listen"}));
  EXPECT_EQ(json(get(port, "/api/v1/status"))["data"]["restart_needed"], nlohmann::json::array({"[web] listen"}));
}

TEST_F(Server, AFaultyConfigurationIsRefusedWithEveryFault) {
  control.faults = {"tocsin.toml:1:1: a", "rules/x.toml:2:3: b"};
  expect_error(post_json(start(), "/-/reload", "{}"), 400, "bad_data", "tocsin.toml:1:1: a\nrules/x.toml:2:3: b");
}

TEST_F(Server, ListsRules) {
  const nlohmann::json rules = json(get(start(), "/api/v1/rules"))["data"]["rules"];
  ASSERT_EQ(rules.size(), 3U);
  const nlohmann::json& rule = rules[0];
  EXPECT_EQ(rule["name"], "HighErrorRate");
  EXPECT_EQ(rule["state"], "firing");
  EXPECT_EQ(rule["health"], "ok");
  EXPECT_EQ(rule["severity"], "SEV1");
  EXPECT_EQ(rule["thresholds"], nlohmann::json::parse(R"({"SEV3":"> 0.01","SEV1":"> 0.05"})"));
  EXPECT_EQ(rule["interval"], "15s");
  EXPECT_EQ(rule["pending_series"], 2);
  EXPECT_EQ(rule["firing_series"], 1);
  EXPECT_EQ(rule["last_evaluation"], "2026-11-21T10:00:01.000Z");
  EXPECT_EQ(rule["duration_seconds"], 0.25);
  EXPECT_EQ(rule["evaluations"], 10);
}

TEST_F(Server, ARuleNeverEvaluatedIsUnknownAndAFailedOneIsErr) {
  auto model = test::idle_model();
  model->rules.resize(2);
  model->rules[0].rule = test::make_rule("New");
  model->rules[1].rule = test::make_rule("Broken");
  model->rules[1].pending_series = 1;
  model->rules[1].last_error = std::string("parse error");
  control.model = model;
  const nlohmann::json rules = json(get(start(), "/api/v1/rules"))["data"]["rules"];
  EXPECT_EQ(rules[0]["health"], "unknown");
  EXPECT_EQ(rules[0]["state"], "inactive");
  EXPECT_TRUE(rules[0]["last_evaluation"].is_null());
  EXPECT_EQ(rules[1]["health"], "err");
  EXPECT_EQ(rules[1]["state"], "pending");
  EXPECT_EQ(rules[1]["last_error"], "parse error");
}

TEST_F(Server, ShowsItsStatus) {
  const nlohmann::json data = json(get(start(), "/api/v1/status"))["data"];
  EXPECT_EQ(data["version"], TOCSIN_VERSION);
  EXPECT_EQ(data["uptime_seconds"], 1.5);
  EXPECT_EQ(data["started_at"], "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(data["config_hash"], "c0ffee");
  EXPECT_EQ(data["ready"], true);
  EXPECT_EQ(data["prometheus"]["up"], true);
  EXPECT_EQ(data["store"]["ok"], true);
  EXPECT_EQ(data["store"]["path"], "/var/lib/tocsin/tocsin.db");
  EXPECT_EQ(data["notifiers"][0]["queue_depth"], 7);
  EXPECT_EQ(data["notifiers"][0]["oldest"], "2026-11-21T09:59:00.000Z");
  EXPECT_EQ(data["notifiers"][0]["last_error"], "429 Too Many Requests");
}

TEST_F(Server, UnknownPathsAreNotFound) {
  const uint16_t port = start();
  for (const char* path : {"/", "/nope", "/metrics/", "//metrics", "/api/v1/incidents/", "/api/v1", "/-/healthy/x",
                           "/api/v1/incidents/INC-1/delete", "/../../etc/passwd", "/api/v1/incidents%2FINC-1"}) {
    const Reply reply = get(port, path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(json(reply).value("errorType", ""), "not_found") << path;
  }
}

TEST_F(Server, WrongMethodsAreToldTheRightOnes) {
  const uint16_t port = start();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"}) {
    const Reply reply = request(port, method, "/metrics");
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD") << method;
    expect_error(reply, 405, "bad_data", method);
  }
  const Reply reply = get(port, "/-/reload");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("Allow"), "POST");
}

TEST_F(Server, HeadIsGetWithoutTheBody) {
  const uint16_t port = start();
  for (const char* path : {"/-/healthy", "/api/v1/incidents", "/nope"}) {
    const Reply full = get(port, path);
    const Reply head = request(port, "HEAD", path);
    EXPECT_EQ(head.status, full.status);
    EXPECT_EQ(head.header("Content-Length"), full.header("Content-Length"));
    EXPECT_EQ(head.header("Content-Type"), full.header("Content-Type"));
    EXPECT_EQ(head.body, "");
  }
}

TEST_F(Server, BrokenEscapesAreBadData) {
  const uint16_t port = start();
  for (const char* target : {"/%zz", "/metrics%00", "/api/v1/incidents?state=%f", "/%0d%0aX:1"}) {
    expect_error(get(port, target), 400, "bad_data", "the URL has a");
  }
}

TEST_F(Server, ManyRequestsOnOneConnection) {
  Connection connection(start());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(connection.send("GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    ASSERT_EQ(connection.read_reply().status, 200);
    ASSERT_TRUE(
        connection.send("POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        "Content-Length: 2\r\n\r\n{}"));
    ASSERT_EQ(connection.read_reply().status, 200);
  }
}

TEST_F(Server, RequestsThatFollowOneAnotherUnaskedAreAnsweredInOrder) {
  Connection connection(start());
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /nope HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  ASSERT_TRUE(connection.send(requests));
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(connection.read_reply().status, 200);
    ASSERT_EQ(connection.read_reply(true).status, 404);
  }
}

TEST_F(Server, AClientOfHttp10IsAnsweredAndMayAskForMore) {
  const uint16_t port = start();
  Connection once(port);
  once.send("GET /-/healthy HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.read_reply().status, 200);
  EXPECT_TRUE(once.closed_by_server());
  Connection again(port);
  for (int i = 0; i < 2; ++i) {
    again.send("GET /-/healthy HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(again.read_reply().header("Connection"), "keep-alive");
  }
}

TEST_F(Server, WhoAsksFirstMaySendItsBody) {
  Connection connection(start());
  const std::string head =
      "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
  connection.send(head + "Content-Length: 2\r\n\r\n");
  ASSERT_EQ(connection.read_head(), "HTTP/1.1 100 Continue");
  connection.send("{}");
  EXPECT_EQ(connection.read_reply().status, 200);
  EXPECT_EQ(control.reloads, 1);
  connection.send(head + "Content-Length: 2147483648\r\n\r\n");
  EXPECT_EQ(connection.read_reply().status, 413);
}

TEST_F(Server, EveryReplyIsDated) {
  EXPECT_THAT(get(start(), "/-/healthy").header("Date"),
              testing::MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                                    "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
}

TEST_F(Server, AStormOfRequestsAsksTheEngineRarely) {
  const uint16_t port = start();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(get(port, "/-/healthy").status, 200);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LE(control.reads, 1 + took / limits::kReadModelAge);
}

}  // namespace
}  // namespace tocsin
