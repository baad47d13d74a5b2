// Connections: the open connections of the HTTP port, in the order in which they last got on: were accepted, began a
// request, sent a whole one or took a whole reply. When they become a crowd, or what was read of unfinished requests or
// the replies that they have yet to take become too much memory, the one that got on longest ago goes. So slow and idle
// clients cannot keep others out: who sends his request and takes his reply is served long before it is his turn to go.
// Any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tocsin {

class Connections {
 public:
  struct Limits {
    std::size_t connections = 0;
    std::size_t request_bytes = 0;
    std::size_t reply_bytes = 0;  // a body that several connections share counts once
  };
  using Body = std::shared_ptr<const std::string>;

  explicit Connections(Limits limits) : limits_(limits) {}

  /// Each may shut down the sockets of others, which their owner then sees as closed by the peer.
  void opened(int socket);
  /// What was read and is not answered takes `bytes` of memory now. False: the connection was shut down, end it.
  [[nodiscard]] bool reading(int socket, std::size_t bytes);
  void replying(int socket, const Body& body);
  void replied(int socket);
  /// REQUIRES: the socket is not closed yet, so that its number cannot already stand for another connection.
  void closed(int socket);

 private:
  struct Connection {
    int socket = -1;
    std::size_t request_bytes = 0;  // 0: it is between two requests
    Body body;                      // null: it has no reply to take
  };
  using Place = std::list<Connection>::iterator;

  void take_body(Connection& connection, Body body);
  void drop_body(Connection& connection);
  void shut_down(Place place);
  void forget(Place place);

  const Limits limits_;
  std::mutex mutex_;
  std::list<Connection> connections_;  // the one that got on longest ago first
  std::unordered_map<int, Place> places_;
  std::unordered_map<const std::string*, std::size_t> readers_;  // of each body
  std::size_t request_bytes_ = 0;
  std::size_t reply_bytes_ = 0;
};

}  // namespace tocsin
