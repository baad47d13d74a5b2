#include "agent/api/server.h"

#include <fmt/format.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <fstream>
#include <sstream>
#include <system_error>

#include "agent/api/api.h"
#include "agent/api/connections.h"
#include "agent/api/listen_socket.h"
#include "agent/api/reply.h"
#include "agent/api/request_head.h"
#include "agent/base/limits.h"
#include "agent/base/log.h"

namespace tocsin {
namespace {

constexpr unsigned int kIdleSeconds = std::chrono::duration_cast<std::chrono::seconds>(limits::kRequestIdleMax).count();
constexpr const char* kTlsPriorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/// A request while it comes in. Made for its first line, freed when it is over.
struct Incoming {
  ApiRequest request;
  bool started = false;  // its headers were seen
  std::size_t body_bytes = 0;
};

int socket_of(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

bool is_loopback(const sockaddr* address) {
  if (address == nullptr) return false;
  if (address->sa_family == AF_INET) {
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(address);
    return (ntohl(ipv4->sin_addr.s_addr) >> 24U) == IN_LOOPBACKNET;
  }
  if (address->sa_family != AF_INET6) return false;
  const in6_addr& ipv6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&ipv6) || (IN6_IS_ADDR_V4MAPPED(&ipv6) && ipv6.s6_addr[12] == IN_LOOPBACKNET);
}

MHD_Result take_header(void* headers, MHD_ValueKind /*kind*/, const char* name, const char* value) {
  static_cast<decltype(ApiRequest::headers)*>(headers)->emplace_back(name, value == nullptr ? "" : value);
  return MHD_YES;
}

void take_head(MHD_Connection* connection, const char* method, const char* version, ApiRequest& request) {
  request.method = method;
  request.version = version;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &request.headers);
  request.from_loopback =
      is_loopback(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
}

void free_body(void* body) {
  delete static_cast<std::shared_ptr<const std::string>*>(body);
}

MHD_Result send(MHD_Connection* connection, const ApiReply& reply) {
  auto* body =
      new std::shared_ptr<const std::string>(reply.body);  // the library reads from it until it calls free_body
  MHD_Response* response = MHD_create_response_from_buffer_with_free_callback_cls(
      (*body)->size(), const_cast<char*>((*body)->data()), free_body, body);
  if (response == nullptr) {
    free_body(body);
    return MHD_NO;
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply.content_type.c_str());
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(connection, reply.status, response);
  MHD_destroy_response(response);
  return queued;
}

/// Takes what came of the body, but no more than may be in it.
MHD_Result take_body(Incoming& incoming, const char* body, std::size_t* body_bytes) {
  const std::size_t bytes = std::exchange(*body_bytes, 0);
  incoming.body_bytes += bytes;
  if (incoming.body_bytes <= limits::kRequestBodyBytesMax) incoming.request.body.append(body, bytes);
  return incoming.body_bytes <= limits::kRequestDiscardedBytesMax ? MHD_YES : MHD_NO;
}

/// What is thrown here (out of memory) costs one request, not the agent.
ApiReply answer(Api& api, const ApiRequest& request) {
  try {
    return api.answer(request);
  } catch (const std::exception& error) {
    log::error("request failed", {{"target", request.target}, {"error", error.what()}});
    return failure(500, "the request failed; the agent's log says why");
  }
}

/// The library's messages are about single connections and whatever clients send: nothing for a person by default.
void log_message(void* /*closure*/, const char* format, va_list arguments) {
  char text[512];
  if (vsnprintf(text, sizeof text, format, arguments) < 0) return;
  log::debug("http port", {{"message", text}});
}

Result<std::string> read_pem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno)));
  std::string pem = std::move(text).str();
  if (pem.empty()) return fail(fmt::format("{}: is empty: give a file in PEM format", path));
  return pem;
}

/// Leaves half of the file descriptors to polls, notifications and the store.
unsigned int connections_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return limits::kRequestConnectionsMax;
  return static_cast<unsigned int>(std::min<rlim_t>(limits::kRequestConnectionsMax, limit.rlim_cur / 2));
}

}  // namespace

/// The library's handle and what its callbacks work on. The callbacks run on the library's threads.
struct ApiServer::Running {
  Running(const ApiOptions& options, Control& engine, StoreReader& store)
      : api(engine, store, options.access),
        connections(
            {.connections = std::size_t{connections_max()} / 4 * 3, .reply_bytes = limits::kRequestRepliesBytesMax}) {}
  ~Running() {
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// The first line of a request was read: `target` is as the client sent it, which the URL given to on_request is not.
  static void* on_target(void* self, const char* target, MHD_Connection* connection);
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                               const char* version, const char* body, std::size_t* body_bytes, void** incoming);
  static void on_completed(void* self, MHD_Connection* connection, void** incoming, MHD_RequestTerminationCode code);
  static void on_connection(void* self, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode code);

  Result<void> read_tls_files(const std::string& certificate_file, const std::string& key_file);
  bool listen(int socket);

  Api api;
  Connections connections;
  std::string certificate;  // PEM; empty: plain HTTP
  std::string key;
  uint16_t port = 0;
  MHD_Daemon* daemon = nullptr;
};

void* ApiServer::Running::on_target(void* self, const char* target, MHD_Connection* /*connection*/) {
  auto* incoming = new Incoming;
  incoming->request.target = target;
  incoming->request.over_tls = !static_cast<Running*>(self)->certificate.empty();
  return incoming;
}

MHD_Result ApiServer::Running::on_request(void* self, MHD_Connection* connection, const char* /*url*/,
                                          const char* method, const char* version, const char* body,
                                          std::size_t* body_bytes, void** incoming_pointer) {
  auto& incoming = *static_cast<Incoming*>(*incoming_pointer);
  if (!incoming.started) {
    incoming.started = true;
    take_head(connection, method, version, incoming.request);
    const std::optional<ApiReply> refusal = refuse_head(incoming.request);
    return refusal ? send(connection, *refusal) : MHD_YES;
  }
  if (*body_bytes > 0) return take_body(incoming, body, body_bytes);
  if (incoming.body_bytes > limits::kRequestBodyBytesMax) return send(connection, body_too_large());
  auto& running = *static_cast<Running*>(self);
  const ApiReply reply = answer(running.api, incoming.request);
  running.connections.replying(socket_of(connection), reply.body);
  return send(connection, reply);
}

void ApiServer::Running::on_completed(void* self, MHD_Connection* connection, void** incoming,
                                      MHD_RequestTerminationCode code) {
  if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
    static_cast<Running*>(self)->connections.replied(socket_of(connection));
  }
  delete static_cast<Incoming*>(*incoming);
  *incoming = nullptr;
}

void ApiServer::Running::on_connection(void* self, MHD_Connection* connection, void** /*context*/,
                                       MHD_ConnectionNotificationCode code) {
  Connections& connections = static_cast<Running*>(self)->connections;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    connections.opened(socket_of(connection));
  } else {
    connections.closed(socket_of(connection));
  }
}

bool ApiServer::Running::listen(int socket) {
  const bool tls = !certificate.empty();
  const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : MHD_NO_FLAG);
  std::vector<MHD_OptionItem> tls_options;
  if (tls) {
    tls_options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.data()});
    tls_options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, key.data()});
    tls_options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kTlsPriorities)});
  }
  tls_options.push_back({MHD_OPTION_END, 0, nullptr});
  daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this,                     //
                            MHD_OPTION_EXTERNAL_LOGGER, &log_message, nullptr,                 //
                            MHD_OPTION_LISTEN_SOCKET, socket,                                  //
                            MHD_OPTION_THREAD_POOL_SIZE, limits::kRequestThreads,              //
                            MHD_OPTION_CONNECTION_LIMIT, connections_max(),                    //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits::kRequestHeadBytesMax,  //
                            MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,                       //
                            MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,                     //
                            MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this,                  //
                            MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,                //
                            MHD_OPTION_ARRAY, tls_options.data(), MHD_OPTION_END);
  return daemon != nullptr;
}

Result<void> ApiServer::Running::read_tls_files(const std::string& certificate_file, const std::string& key_file) {
  if (certificate_file.empty() && key_file.empty()) return {};
  if (certificate_file.empty()) return fail("[web] tls.cert_file is missing: tls.key_file needs its certificate");
  if (key_file.empty()) return fail("[web] tls.key_file is missing: tls.cert_file needs its private key");
  Result<std::string> read = read_pem(certificate_file);
  if (!read) return std::unexpected(read.error());
  certificate = std::move(*read);
  read = read_pem(key_file);
  if (!read) return std::unexpected(read.error());
  key = std::move(*read);
  return {};
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ApiOptions& options, Control& engine, StoreReader& store) {
  auto running = std::make_unique<Running>(options, engine, store);
  const Result<void> tls = running->read_tls_files(options.tls_cert_file, options.tls_key_file);
  if (!tls) return std::unexpected(tls.error());
  const Result<ListenSocket> socket = open_listen_socket(options.listen);
  if (!socket) return std::unexpected(socket.error());
  running->port = socket->port;
  if (!running->listen(socket->fd)) {
    return fail(running->certificate.empty() ? fmt::format("listen '{}': the HTTP server did not start", options.listen)
                                             : fmt::format("{} and {}: not a PEM certificate and its private key",
                                                           options.tls_cert_file, options.tls_key_file));
  }
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(running)));
}

ApiServer::ApiServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

ApiServer::~ApiServer() = default;

uint16_t ApiServer::port() const {
  return running_->port;
}

void ApiServer::set_access(Access access) {
  running_->api.set_access(std::move(access));
}

}  // namespace tocsin
