// Session: one connection of the HTTP port, from its acceptance to its end. Reads a request, has Api answer it, writes
// the reply, and goes on with the next.
//
// Every bad request gets a reply in the envelope of the API (reply.h), also one that is no HTTP at all; only a
// connection that is idle for too long, is closed by its client, or is the one that goes (connections.h) gets none.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>

#include "agent/api/api.h"
#include "agent/api/connections.h"
#include "agent/base/watchdog.h"

namespace tocsin {

/// What the sessions share. Outlives them.
struct HttpPort {
  Api api;
  Connections connections;
  Watchdog& watchdog;
  std::optional<boost::asio::ssl::context> tls = {};  // nullopt: plain HTTP
  std::atomic<std::size_t> sessions = 0;              // that have not ended
};

/// Takes the connection over; it lives until its client, an idle while or `connections` ends it. Its work is done on
/// the socket's executor, which must not run two handlers at once.
void begin_session(boost::asio::ip::tcp::socket socket, HttpPort& port);

}  // namespace tocsin
