// Between the bytes of HTTP and the plain messages of message.h: what Boost.Beast reads and writes, and the replies to
// what it cannot read. RFC 9112.
#pragma once

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/span.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>

#include "agent/api/message.h"
#include "agent/base/time.h"

namespace tocsin::wire {

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
using Body = boost::beast::http::span_body<const char>;  // of the reply, which outlives it
using Response = boost::beast::http::response<Body>;
using Serializer = boost::beast::http::response_serializer<Body>;

/// What the parser has read of a request before its body; it keeps none of the headers. REQUIRES: it is done with the
/// head.
ApiRequest take_head(Parser& parser);

/// The reply to a request that the parser cannot read.
ApiReply refuse_unreadable(boost::beast::error_code error);

/// To what the parser has read, be it all of a request or not. `keep_alive` as the client may wish, too.
/// `reply` must outlive what is returned. REQUIRES: where the connection is kept, all of the request is read.
Response make_response(const ApiReply& reply, const Parser& parser, Timestamp now, bool keep_alive);

}  // namespace tocsin::wire
