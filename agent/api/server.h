// ApiServer: the HTTP port, on Boost.Asio and Boost.Beast. Here are its threads and the acceptance of connections; what
// happens on one is session.h's business, what a request means is Api's (api.h).
//
// A few threads share one event loop over all connections, so that slow clients cost no thread. Bounds: header bytes
// (431), body bytes (413), idle seconds, connections and what they hold of memory (connections.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/api/access.h"
#include "agent/base/result.h"
#include "agent/base/watchdog.h"
#include "agent/engine/control.h"
#include "agent/store/store_reader.h"

namespace tocsin {

struct ApiOptions {
  std::string listen = "127.0.0.1:9876";  // "host:port", "[::1]:port", ":port"; port 0 takes a free one
  std::string tls_cert_file = {};         // PEM; empty: plain HTTP
  std::string tls_key_file = {};
  Access access = {};
};

class ApiServer {
 public:
  /// Serves from here on. `engine`, `store` and `watchdog` must outlive it. Errors: a listen address that is malformed,
  /// taken or not this host's; TLS files that cannot be read or do not fit.
  static Result<std::unique_ptr<ApiServer>> start(const ApiOptions& options, Control& engine, StoreReader& store,
                                                  Watchdog& watchdog);
  /// Waits for the requests under way; the engine must answer them or let their deadlines pass.
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  uint16_t port() const { return port_; }
  /// Any thread. The token and external_url of a reloaded configuration.
  void set_access(Access access);

 private:
  struct Running;
  ApiServer(std::unique_ptr<Running> running, uint16_t port);
  std::unique_ptr<Running> running_;
  uint16_t port_;
};

}  // namespace tocsin
