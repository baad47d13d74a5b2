// Transport: the seam to the network. The engine starts requests and collects what has come back.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/http/request.h"

namespace tocsin {

using RequestId = uint64_t;

struct Completed {
  RequestId id = 0;
  Response response;
};

/// Engine thread only, except wake().
class Transport {
 public:
  virtual ~Transport() = default;
  /// Begins; never blocks. The id is the caller's and must be unique among requests under way.
  /// A request that cannot even be set up completes with TransportFault::setup.
  virtual void start(RequestId id, Outgoing outgoing) = 0;
  /// Drops a request; it does not complete.
  virtual void cancel(RequestId id) = 0;
  /// Returns what has completed: at once if something has, else when something does, after `timeout`, or on wake().
  virtual std::vector<Completed> wait(Duration timeout) = 0;
  /// Any thread: ends a present or the next wait().
  virtual void wake() = 0;
};

}  // namespace tocsin
