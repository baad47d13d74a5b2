#include "agent/cli/api_client.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "agent/cli/http_client.h"
#include "agent/http/curl_transport.h"
#include "notifiers/json.h"

namespace tocsin {
namespace {

Result<Secret> read_token(const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail(fmt::format("cannot read the token file {}", file), ErrorCode::not_found);
  std::string token(std::istreambuf_iterator<char>(in), {});
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  return Secret(std::move(token));
}

Result<nlohmann::json> data_of(const std::string& body) {
  nlohmann::json answer = parse_json(body);
  if (!answer.is_object() || !answer.contains("data")) {
    return fail("the answer is not the one of tocsin's API; is --url right?");
  }
  return std::move(answer["data"]);
}

}  // namespace

void add_address(CLI::App& parser, ApiAddress& options) {
  parser.add_option("--url", options.url, "address of the running agent")
      ->envname("TOCSIN_URL")
      ->type_name("URL")
      ->capture_default_str();
  parser.add_option("--ca-file", options.ca_file, "certificate authority of an https address")->type_name("FILE");
}

void add_token(CLI::App& parser, ApiAddress& options) {
  parser.add_option("--token-file", options.token_file, "bearer token for what changes state")
      ->envname("TOCSIN_TOKEN_FILE")
      ->type_name("FILE");
}

ApiClient::ApiClient(ApiAddress options)
    : options_(std::move(options)), transport_(std::make_unique<CurlTransport>(user_agent())) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

HttpRequest ApiClient::request_for(const std::string& path) const {
  HttpRequest request = get_request(options_.url + path);
  request.settings.tls.ca_file = options_.ca_file;
  return request;
}

Result<std::string> ApiClient::ask(HttpRequest request) {
  return body_of(options_.url, exchange(*transport_, std::move(request)));
}

Result<std::string> ApiClient::get(const std::string& path, Duration timeout) {
  HttpRequest request = request_for(path);
  request.settings.timeout = timeout;
  return ask(std::move(request));
}

Result<nlohmann::json> ApiClient::get_data(const std::string& path) {
  const Result<std::string> body = ask(request_for(path));
  if (!body) return std::unexpected(body.error());
  return data_of(*body);
}

Result<nlohmann::json> ApiClient::post_data(const std::string& path, const nlohmann::json& body) {
  HttpRequest request = request_for(path);
  request.method = "POST";
  request.content_type = "application/json";
  request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (!options_.token_file.empty()) {
    Result<Secret> token = read_token(options_.token_file);
    if (!token) return std::unexpected(token.error());
    request.settings.bearer_token = std::move(*token);
  }
  const Result<std::string> answer = ask(std::move(request));
  if (!answer) return std::unexpected(answer.error());
  return data_of(*answer);
}

}  // namespace tocsin
