// ApiServer: the HTTP port. Wraps libmicrohttpd: the only file that knows it is server.cc; what a request means is
// Api's business (api.h).
//
// A few threads, each with an event loop over many connections, so that slow clients cost no thread. Bounds: header
// bytes, body bytes (413), idle seconds, connections (connections.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/api/access.h"
#include "agent/base/result.h"
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
  /// Serves from here on. `engine` and `store` must outlive it. Errors: a listen address that is malformed, taken or
  /// not this host's; TLS files that cannot be read or do not fit.
  static Result<std::unique_ptr<ApiServer>> start(const ApiOptions& options, Control& engine, StoreReader& store);
  /// Waits for the requests under way; the engine must answer them or let their deadlines pass.
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  uint16_t port() const;
  /// Any thread. The token and external_url of a reloaded configuration.
  void set_access(Access access);

 private:
  struct Running;
  explicit ApiServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace tocsin
