// Config: tocsin.toml and its rule files, validated, defaults applied, secrets read. Immutable once loaded.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/limits.h"
#include "agent/base/time.h"
#include "agent/http/request.h"
#include "notifiers/settings.h"
#include "rules/matcher.h"
#include "rules/rule.h"

namespace tocsin {

struct PrometheusConfig {
  HttpSettings http;  // url with its path prefix, without a trailing slash; timeout
  int max_concurrent_queries = 8;
  int batch = 50;
  Duration query_offset{0};
  Duration unreachable_after{60'000};
  std::size_t body_bytes_max = limits::kAnswerBytesMax;
  bool on_loopback = false;  // the host of its url is this machine
};

struct StoreConfig {
  std::string path;  // of the SQLite file; ":memory:" for none
  Duration retention{std::chrono::hours(24 * 365)};
};

struct WebConfig {
  std::string listen = "127.0.0.1:9876";
  Secret token;  // empty: none set
  std::string tls_cert_file;
  std::string tls_key_file;
};

struct HeartbeatConfig {
  HttpSettings http;
  Duration interval{60'000};
};

struct Route {
  std::vector<Matcher> matchers;  // empty: everything
  std::vector<std::string> notify;
  bool continues = false;  // `continue`
  std::optional<Duration> repeat_interval;
};

struct Config {
  std::string external_url;
  Labels labels;
  PrometheusConfig prometheus;
  StoreConfig store;
  WebConfig web;
  Duration catch_up{3'600'000};
  std::vector<NotifierSettings> notifiers;
  std::optional<HeartbeatConfig> heartbeat;
  std::vector<Route> routes;
  std::vector<std::shared_ptr<const Rule>> rules;  // enabled ones, in the order of files and their text
  std::string hash;                                // of all files read, for /api/v1/status
};

}  // namespace tocsin
