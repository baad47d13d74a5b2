// Talks to the HTTP API of a running agent, for the commands that act on one.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/base/result.h"
#include "agent/http/transport.h"

namespace tocsin {

struct ApiAddress {
  std::string url = "http://127.0.0.1:9876";
  std::string ca_file;     // of an agent that serves https with its own authority
  std::string token_file;  // holds the bearer token for what changes state
};

/// --url and --ca-file.
void add_address(CLI::App& parser, ApiAddress& options);
/// --token-file.
void add_token(CLI::App& parser, ApiAddress& options);

/// One thread. Paths begin with '/' and are already encoded.
class ApiClient {
 public:
  explicit ApiClient(ApiAddress options);

  Result<std::string> get(const std::string& path, Duration timeout);
  /// The `data` of an answer in the API's envelope.
  Result<nlohmann::json> get_data(const std::string& path);
  Result<nlohmann::json> post_data(const std::string& path, const nlohmann::json& body);

 private:
  HttpRequest request_for(const std::string& path) const;
  Result<std::string> ask(HttpRequest request);

  ApiAddress options_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace tocsin
