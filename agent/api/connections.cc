#include "agent/api/connections.h"

#include <sys/socket.h>

namespace tocsin {

void Connections::opened(int socket) {
  const std::lock_guard lock(mutex_);
  if (sockets_.size() >= crowd_) {
    const int oldest = sockets_.front();
    shutdown(oldest, SHUT_RDWR);
    forget(oldest);
  }
  places_[socket] = sockets_.insert(sockets_.end(), socket);
}

void Connections::served(int socket) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(socket);
  if (place != places_.end()) sockets_.splice(sockets_.end(), sockets_, place->second);
}

void Connections::closed(int socket) {
  const std::lock_guard lock(mutex_);
  forget(socket);
}

void Connections::forget(int socket) {
  const auto place = places_.find(socket);
  if (place == places_.end()) return;
  sockets_.erase(place->second);
  places_.erase(place);
}

}  // namespace tocsin
