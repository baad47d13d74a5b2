// What a CURLcode means: the TransportFault, and a text for people that names the peer and the reason, and never the
// path of the URL, a credential or a header's value. Equal failures give equal texts, so that they can be counted.
#pragma once

#include <string>
#include <string_view>

#include "agent/http/curl_easy.h"
#include "agent/http/request.h"

namespace tocsin {

/// The other end of one exchange, as texts need it.
struct Peer {
  std::string name;  // host:port
  Duration timeout{0};
};

struct Failure {
  TransportFault fault = TransportFault::none;
  std::string text;
};

/// `said` is curl's error buffer. `begun`: the request was on its way.
/// REQUIRES: code != CURLE_OK
Failure explain(CURLcode code, const CurlEasy& easy, const Peer& peer, std::string_view said, bool begun);

}  // namespace tocsin
