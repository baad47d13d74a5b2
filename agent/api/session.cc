#include "agent/api/session.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/write.hpp>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>

#include "agent/api/reply.h"
#include "agent/api/request_head.h"
#include "agent/api/wire.h"
#include "agent/base/assert.h"
#include "agent/base/clock.h"
#include "agent/base/limits.h"
#include "agent/base/log.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr std::size_t kBufferBytesMax = 2 * limits::kRequestHeadBytesMax;
constexpr std::size_t kDiscardedAtOnceBytes = 4ULL << 10;

tcp::socket& socket_of(tcp::socket& stream) {
  return stream;
}

tcp::socket& socket_of(TlsStream& stream) {
  return stream.next_layer();
}

bool is_loopback(const tcp::socket& socket) {
  error_code error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

/// What is thrown here (out of memory) costs one request, not the agent. What hangs here would take one thread of the
/// port for good, and the clients whose work waits for it.
ApiReply answer(HttpPort& port, const ApiRequest& request) {
  try {
    const Watchdog::Watched watched(port.watchdog, "a request of the HTTP port");
    return port.api.answer(request);
  } catch (const std::exception& error) {
    log::error("request failed", {{"target", request.target}, {"error", error.what()}});
    return failure(500, "the request failed; the agent's log says why");
  }
}

/// Held by the handlers of what is under way, so it ends where nothing is.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  static constexpr bool kOverTls = std::is_same_v<Stream, TlsStream>;

  template <class... StreamParts>
  explicit Session(HttpPort& port, StreamParts&&... parts) : port_(port), stream_(std::forward<StreamParts>(parts)...) {
    port_.connections.opened(descriptor_);
    ++port_.sessions;
  }
  ~Session() {
    port_.connections.closed(descriptor_);
    --port_.sessions;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void begin() {
    asio::dispatch(stream_.get_executor(), [self = this->shared_from_this()] { self->greet(); });
  }

 private:
  void greet() {
    if constexpr (kOverTls) {
      allow_a_while();
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error) self->read_next();
      });
    } else {
      read_next();
    }
  }

  void read_next() {
    parser_ = std::make_unique<wire::Parser>();
    parser_->header_limit(limits::kRequestHeadBytesMax);
    parser_->body_limit(limits::kRequestBodyBytesMax);
    head_bytes_ = 0;
    allow_a_while();  // for all of the head
    parse();
  }

  /// What was read ahead, to the end of the head or some of the body. Beast's own function would go on reading before
  /// anybody could count what it keeps.
  void parse() {
    if (buffer_.size() == 0) return read();
    error_code error;
    const std::size_t parsed = parser_->put(buffer_.data(), error);
    buffer_.consume(parsed);
    if (!request_) head_bytes_ += parsed;
    const bool is_valid = !error || error == http::error::need_more;
    if (is_valid && !request_ && is_head_too_large()) error = http::error::header_limit;
    if (!port_.connections.reading(descriptor_, request_bytes())) return;
    if (error == http::error::need_more) return read();
    if (error) return refuse(wire::refuse_unreadable(error));
    if (request_) {
      take_body();
    } else {
      take_head();
    }
  }

  /// Beast bounds what it has yet to parse, and keeps any number of lines.
  bool is_head_too_large() const {
    const std::size_t bytes = head_bytes_ + (parser_->is_header_done() ? 0 : buffer_.size());
    const auto& headers = parser_->get();
    const auto count = static_cast<std::size_t>(std::distance(headers.begin(), headers.end()));
    return bytes > limits::kRequestHeadBytesMax || count > limits::kRequestHeadersMax;
  }

  /// About what the request takes of memory.
  std::size_t request_bytes() const { return buffer_.capacity() + head_bytes_ + parser_->get().body().capacity(); }

  void read() {
    if (request_) allow_a_while();
    const std::size_t room = boost::beast::read_size(buffer_, kBufferBytesMax);
    if (room == 0) return refuse(wire::refuse_unreadable(http::error::buffer_overflow));
    stream_.async_read_some(buffer_.prepare(room),
                            [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                              self->buffer_.commit(bytes);
                              self->take_read(error);
                            });
  }

  void take_read(error_code error) {
    if (!error) return parse();
    if (error != asio::error::eof || !parser_->got_some()) return;  // nobody is there to read a reply
    refuse(failure(400, "the connection ended before the request did"));
  }

  void take_head() {
    request_ = wire::take_head(*parser_);
    request_->from_loopback = is_loopback(socket_of(stream_));
    request_->over_tls = kOverTls;
    if (const std::optional<ApiReply> refusal = refuse_head(*request_)) return refuse(*refusal);
    take_absolute_form(*request_);
    parser_->eager(true);
    const bool is_modern = request_->version == "HTTP/1.1";
    if (is_modern && !parser_->is_done() &&
        equal_ignoring_case(request_->header("Expect").value_or(""), "100-continue")) {
      return invite_body();
    }
    take_body();
  }

  void invite_body() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->parse();
                      });
  }

  void take_body() {
    if (!parser_->is_done()) return parse();
    TOCSIN_ASSERT(request_.has_value());
    request_->body = std::move(parser_->get().body());
    reply(answer(port_, *request_), true);
  }

  /// Where the next request would begin is not known: what follows could be a body that passes for one.
  void refuse(ApiReply refusal) { reply(std::move(refusal), false); }

  void reply(ApiReply reply, bool keep_alive) {
    reply_ = std::move(reply);
    response_ = wire::make_response(reply_, *parser_, SystemClock().now(), keep_alive);
    serializer_ = std::make_unique<wire::Serializer>(response_);
    sends_head_alone_ = request_ && request_->method == "HEAD";
    serializer_->split(sends_head_alone_);
    forget_request();
    if (!port_.connections.reading(descriptor_, buffer_.capacity())) return;
    port_.connections.replying(descriptor_, reply_.body);
    write();
  }

  /// Before the reply is taken: a client may let that wait, and many may.
  void forget_request() {
    request_.reset();
    parser_.reset();
    if (!response_.keep_alive()) buffer_.clear();
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
  }

  void write() {
    allow_a_while();
    http::async_write_some(stream_, *serializer_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (!error) self->take_written();
    });
  }

  void take_written() {
    const bool is_written = sends_head_alone_ ? serializer_->is_header_done() : serializer_->is_done();
    if (!is_written) return write();
    port_.connections.replied(descriptor_);
    reply_ = {};  // nobody counts it any more
    if (response_.keep_alive()) return read_next();
    if constexpr (kOverTls) {
      allow_a_while();
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->take_leave(); });
    } else {
      take_leave();
    }
  }

  /// Closed at once, the system would reset a connection whose client still sends, and the client could lose the reply:
  /// what comes is read, up to a bound, until the client closes.
  void take_leave() {
    error_code ignored;
    socket_of(stream_).shutdown(tcp::socket::shutdown_send, ignored);
    discard();
  }

  void discard() {
    allow_a_while();
    socket_of(stream_).async_read_some(buffer_.prepare(kDiscardedAtOnceBytes),
                                       [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                                         self->discarded_bytes_ += bytes;
                                         if (error || self->discarded_bytes_ > limits::kRequestDiscardedBytesMax)
                                           return;
                                         self->discard();
                                       });
  }

  /// For what is begun next. The socket is shut down and not closed: `connections` knows it by its number.
  void allow_a_while() {
    timer_.expires_after(limits::kRequestIdleMax);
    timer_.async_wait([weak = this->weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->timer_.expiry() > asio::steady_timer::clock_type::now()) return;
      error_code ignored;
      socket_of(self->stream_).shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  HttpPort& port_;
  Stream stream_;
  const int descriptor_ = socket_of(stream_).native_handle();
  asio::steady_timer timer_{stream_.get_executor()};
  boost::beast::flat_buffer buffer_{kBufferBytesMax};  // what was read ahead
  std::unique_ptr<wire::Parser> parser_;               // a new one for each request
  std::size_t head_bytes_ = 0;                         // that it has parsed
  std::optional<ApiRequest> request_;                  // nullopt: its head is not read yet
  bool sends_head_alone_ = false;
  ApiReply reply_;
  wire::Response response_;
  std::unique_ptr<wire::Serializer> serializer_;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace

void begin_session(tcp::socket socket, HttpPort& port) {
  error_code ignored;
  std::ignore = socket.set_option(tcp::no_delay(true), ignored);  // a reply is whole: waiting for more wins nothing
  if (port.tls) {
    std::make_shared<Session<TlsStream>>(port, std::move(socket), *port.tls)->begin();
  } else {
    std::make_shared<Session<tcp::socket>>(port, std::move(socket))->begin();
  }
}

}  // namespace tocsin
