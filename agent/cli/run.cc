#include "agent/cli/run.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/api/server.h"
#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/watchdog.h"
#include "agent/cli/file_pages.h"
#include "agent/cli/service_notify.h"
#include "agent/cli/signals.h"
#include "agent/cli/terminal.h"
#include "agent/config/load.h"
#include "agent/engine/engine.h"
#include "agent/http/curl_transport.h"
#include "agent/store/sqlite_reader.h"
#include "agent/store/sqlite_store.h"
#ifdef TOCSIN_MIMALLOC
#include <mimalloc.h>
#endif

namespace tocsin {
namespace {

/// Console notifiers write to stdout, whatever that is.
std::shared_ptr<const Config> for_stdout(const Config& config) {
  auto colored = std::make_shared<Config>(config);
  for (NotifierSettings& notifier : colored->notifiers) {
    if (auto* console = std::get_if<ConsoleSettings>(&notifier.type)) console->color = terminal_takes_colors();
  }
  return colored;
}

ReloadedConfig read_config(const std::string& file) {
  LoadedConfig loaded = load_config(file);
  for (const std::string& warning : loaded.warnings) log::warn(warning);
  if (loaded.config) return for_stdout(*loaded.config);
  std::vector<std::string> faults;
  faults.reserve(loaded.faults.size());
  for (const Fault& fault : loaded.faults) faults.push_back(fault.str());
  return std::unexpected(std::move(faults));
}

int refuse(const std::string& reason) {
  fmt::print(stderr, "tocsin: {}\n", reason);
  return 1;
}

ApiOptions api_options(const Config& config) {
  return {.listen = config.web.listen,
          .tls_cert_file = config.web.tls_cert_file,
          .tls_key_file = config.web.tls_key_file,
          .access = {config.web.token, config.external_url}};
}

std::string what_is_watched(const Config& config) {
  return fmt::format("watching {} with {} rules, telling {} notifiers", config.prometheus.http.url.reveal(),
                     config.rules.size(), config.notifiers.size());
}

void say_what_is_watched(const Config& config, uint16_t port) {
  log::info(what_is_watched(config),
            {{"version", TOCSIN_VERSION}, {"store", config.store.path}, {"listen", config.web.listen}, {"port", port}});
}

/// How long what was freed is kept for the next who needs memory, before the system gets it back.
void keep_free_memory([[maybe_unused]] std::chrono::milliseconds time) {
#ifdef TOCSIN_MIMALLOC
  mi_option_set(mi_option_decommit_delay, time.count());
#endif
}

/// Everything that runs, in the order in which it must be made and, backwards, ended.
int run_with(const std::string& file, const std::shared_ptr<const Config>& config) {
  hold_signals();
  Watchdog watchdog(limits::kLoopSilenceMax, end_of_hung_process);
  std::optional<Watchdog::Watched> end;
  CurlTransport transport("tocsin/" TOCSIN_VERSION);
  auto store = SqliteStore::open(config->store.path);
  if (!store) return refuse(store.error().text);
  SqliteReader reader((*store)->location());
  const SystemClock clock;
  ServiceNotify service = ServiceNotify::from_environment();
  Inbox inbox(transport, limits::kEngineReplyMax);
  std::unique_ptr<ApiServer> api;
  Engine engine({.clock = clock,
                 .transport = transport,
                 .store = **store,
                 .inbox = inbox,
                 .read_config =
                     [&] {
                       service.reloading(clock.steady());
                       return read_config(file);
                     },
                 .reloaded =
                     [&](const Config& now) {
                       api->set_access({now.web.token, now.external_url});
                       service.status(what_is_watched(now));
                     }},
                config);
  release_file_pages();  // of making the client: what the rules take would come on top
  if (const auto started = engine.start(); !started) return refuse(started.error().text);
  auto server = ApiServer::start(api_options(*config), inbox, reader, watchdog);
  if (!server) return refuse(server.error().text);
  api = std::move(*server);

  std::atomic<bool> stop = false;
  const SignalThread signals(
      [&] {
        stop = true;
        transport.wake();
      },
      [&inbox] { std::ignore = inbox.reload(); });
  say_what_is_watched(*config, api->port());
  service.status(what_is_watched(*config));
  service.ready();
  release_file_pages();
  keep_free_memory(1s);  // for the next answer: the kernel clears what it hands out
  // Not before: an upgrade of the store may take long.
  Watchdog::Watched loop(watchdog, "the event loop");
  while (!stop) {
    engine.turn(service.turn_max(limits::kTurnWaitMax));
    service.turned(clock.steady());
    loop.turned();
  }
  log::info("stopping");
  end.emplace(watchdog, "the stop");  // until all that was made above is gone
  service.stopping();
  engine.stop(limits::kShutdownGrace);
  inbox.close();
  api.reset();
  log::info("stopped");
  return 0;
}

}  // namespace

int run_agent(const std::string& config_file) {
  release_file_pages();
  keep_free_memory(0s);  // what reading takes would be the peak for good
  const ReloadedConfig config = read_config(config_file);
  if (config) return run_with(config_file, *config);
  for (const std::string& fault : config.error()) fmt::print(stderr, "{}\n", fault);
  return 1;
}

}  // namespace tocsin
