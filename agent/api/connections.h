// Connections: the open connections of the HTTP port, in the order in which they last completed a request. When they
// become a crowd, the one that has completed nothing for longest goes, so that slow and idle clients cannot keep others
// out: who sends a whole request is served long before it is his turn to go. Any thread.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <unordered_map>

namespace tocsin {

class Connections {
 public:
  /// `crowd`: how many there may be before one has to go.
  explicit Connections(std::size_t crowd) : crowd_(crowd) {}

  /// A connection was accepted. May shut down another one's socket, which its owner then sees as closed by the peer.
  void opened(int socket);
  /// It completed a request.
  void served(int socket);
  /// REQUIRES: the socket is not closed yet, so that its number cannot already stand for another connection.
  void closed(int socket);

 private:
  void forget(int socket);

  const std::size_t crowd_;
  std::mutex mutex_;
  std::list<int> sockets_;  // the one that waits longest first
  std::unordered_map<int, std::list<int>::iterator> places_;
};

}  // namespace tocsin
