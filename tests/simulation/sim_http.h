// What the simulated servers say, and how they read what they are asked.
#pragma once

#include <map>
#include <string>

#include "agent/http/request.h"

namespace tocsin::sim {

Response page(int status, std::string body, std::string type = "application/json");
/// No whole answer: `sent` where the server may have read the request.
Response broken(TransportFault fault, bool sent);
/// An application/x-www-form-urlencoded body.
std::map<std::string, std::string> parse_form(const std::string& body);

}  // namespace tocsin::sim
