#include "agent/api/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>
#include <vector>

#include "agent/api/listen_socket.h"
#include "agent/api/session.h"
#include "agent/api/tls_context.h"
#include "agent/base/limits.h"
#include "agent/base/log.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// Leaves half of the file descriptors to polls, notifications and the store.
std::size_t connections_max(bool over_tls) {
  const std::size_t most = over_tls ? limits::kRequestTlsConnectionsMax : limits::kRequestConnectionsMax;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return most;
  return std::min<rlim_t>(most, limit.rlim_cur / 2);
}

}  // namespace

/// The threads, and what they work on.
struct ApiServer::Running {
  Running(const ApiOptions& options, Control& engine, StoreReader& store, Watchdog& watchdog)
      : sessions_max(connections_max(!options.tls_cert_file.empty())),
        port{.api = Api(engine, store, options.access),
             .connections = Connections({.connections = sessions_max / 4 * 3,
                                         .request_bytes = limits::kRequestsBytesMax,
                                         .reply_bytes = limits::kRequestRepliesBytesMax}),
             .watchdog = watchdog},
        loop(watchdog, "the HTTP port") {}
  ~Running() { context.stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void start();
  void accept() noexcept;
  void accept_later() noexcept;
  void turn() noexcept;
  void work();

  const std::size_t sessions_max;
  HttpPort port;
  Watchdog::Watched loop;
  asio::io_context context;
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  asio::steady_timer next_turn{context};
  std::vector<std::jthread> threads;  // the first to end
};

void ApiServer::Running::start() {
  accept();
  turn();
  for (unsigned int i = 0; i < limits::kRequestThreads; ++i) threads.emplace_back([this] { work(); });
}

/// Out of memory it ends the process: one that is started again is better than one that is deaf. The sockets' strands
/// see to it that a session is never worked on by two threads. Where there are too many sessions, some were shut down
/// and end in a moment: new clients wait for that.
void ApiServer::Running::accept() noexcept {
  if (port.sessions >= sessions_max) return accept_later();
  acceptor.async_accept(asio::make_strand(context), [this](error_code error, tcp::socket socket) {
    if (error) return accept_later();
    accept();  // first: nothing that goes wrong with this one may be the end of all
    begin_session(std::move(socket), port);
  });
}

/// Where the process has no file descriptors left, the next try would fail just as quickly.
void ApiServer::Running::accept_later() noexcept {
  pause.expires_after(limits::kAcceptPause);
  pause.async_wait([this](error_code error) {
    if (!error) accept();
  });
}

/// As long as one thread is free. What each of them does for a request is watched by itself (session.cc).
void ApiServer::Running::turn() noexcept {
  loop.turned();
  next_turn.expires_after(limits::kTurnWaitMax);
  next_turn.async_wait([this](error_code error) {
    if (!error) turn();
  });
}

/// What a session throws (out of memory) costs that session.
void ApiServer::Running::work() {
  while (!context.stopped()) {
    try {
      context.run();
    } catch (const std::exception& error) {
      log::error("connection ended", {{"error", error.what()}});
    }
  }
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ApiOptions& options, Control& engine, StoreReader& store,
                                                    Watchdog& watchdog) {
  auto running = std::make_unique<Running>(options, engine, store, watchdog);
  Result<std::optional<asio::ssl::context>> tls = make_tls_context(options.tls_cert_file, options.tls_key_file);
  if (!tls) return std::unexpected(tls.error());
  running->port.tls = std::move(*tls);
  const Result<ListenSocket> socket = open_listen_socket(options.listen);
  if (!socket) return std::unexpected(socket.error());
  running->acceptor.assign(socket->is_ipv6 ? tcp::v6() : tcp::v4(), socket->fd);
  running->start();
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(running), socket->port));
}

ApiServer::ApiServer(std::unique_ptr<Running> running, uint16_t port) : running_(std::move(running)), port_(port) {}

ApiServer::~ApiServer() = default;

void ApiServer::set_access(Access access) {
  running_->port.api.set_access(std::move(access));
}

}  // namespace tocsin
