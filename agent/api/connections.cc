#include "agent/api/connections.h"

#include <sys/socket.h>

#include <algorithm>

namespace tocsin {

void Connections::opened(int socket) {
  const std::lock_guard lock(mutex_);
  if (connections_.size() >= limits_.connections) shut_down(connections_.begin());
  std::list<Connection> connection(1, {.socket = socket, .request_bytes = 0, .body = nullptr});
  places_[socket] = connection.begin();
  connections_.splice(connections_.end(), connection);  // last: out of memory, neither knows of it
}

bool Connections::reading(int socket, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(socket);
  if (found == places_.end()) return false;
  Connection& connection = *found->second;
  if (connection.request_bytes == 0) connections_.splice(connections_.end(), connections_, found->second);
  request_bytes_ += bytes - connection.request_bytes;
  connection.request_bytes = bytes;
  while (request_bytes_ > limits_.request_bytes) {
    shut_down(std::ranges::find_if(connections_, [](const Connection& one) { return one.request_bytes != 0; }));
  }
  return places_.contains(socket);
}

void Connections::replying(int socket, const Body& body) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(socket);
  if (found == places_.end()) return;
  connections_.splice(connections_.end(), connections_, found->second);
  take_body(*found->second, body);
  while (reply_bytes_ > limits_.reply_bytes) {
    const auto oldest = std::ranges::find_if(connections_, [](const Connection& one) { return one.body != nullptr; });
    if (oldest == found->second) return;  // a reply larger than the limit is sent, alone
    shut_down(oldest);
  }
}

void Connections::replied(int socket) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(socket);
  if (found == places_.end()) return;
  connections_.splice(connections_.end(), connections_, found->second);
  drop_body(*found->second);
}

void Connections::closed(int socket) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(socket);
  if (found != places_.end()) forget(found->second);
}

void Connections::take_body(Connection& connection, Body body) {
  drop_body(connection);
  if (readers_[body.get()]++ == 0) reply_bytes_ += body->size();
  connection.body = std::move(body);
}

void Connections::drop_body(Connection& connection) {
  if (connection.body == nullptr) return;
  const auto readers = readers_.find(connection.body.get());
  if (--readers->second == 0) {
    reply_bytes_ -= connection.body->size();
    readers_.erase(readers);
  }
  connection.body.reset();
}

void Connections::shut_down(Place place) {
  shutdown(place->socket, SHUT_RDWR);
  forget(place);
}

void Connections::forget(Place place) {
  drop_body(*place);
  request_bytes_ -= place->request_bytes;
  places_.erase(place->socket);
  connections_.erase(place);
}

}  // namespace tocsin
