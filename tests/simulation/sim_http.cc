#include "tests/simulation/sim_http.h"

#include <utility>

namespace tocsin::sim {

Response page(int status, std::string body, std::string type) {
  Response response;
  response.status = status;
  response.sent = true;
  response.body = std::move(body);
  response.content_type = std::move(type);
  return response;
}

Response broken(TransportFault fault, bool sent) {
  Response response;
  response.fault = fault;
  response.fault_text = "simulated";
  response.sent = sent;
  return response;
}

std::map<std::string, std::string> parse_form(const std::string& body) {
  std::map<std::string, std::string> form;
  std::string name;
  std::string value;
  std::string* into = &name;
  for (std::size_t at = 0; at <= body.size(); ++at) {
    if (at == body.size() || body[at] == '&') {
      form[std::exchange(name, "")] = std::exchange(value, "");
      into = &name;
    } else if (body[at] == '=') {
      into = &value;
    } else if (body[at] == '%') {
      *into += static_cast<char>(std::stoi(body.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      *into += body[at];
    }
  }
  return form;
}

}  // namespace tocsin::sim
