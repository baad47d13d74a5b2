// The replies of the HTTP port. Errors have Prometheus's envelope:
//   {"status":"error","errorType":"bad_data","error":"limit=0: give 1 to 1000"}
#pragma once

#include <string>
#include <string_view>

#include "agent/api/message.h"
#include "agent/base/result.h"
#include "notifiers/json.h"

namespace tocsin {

ApiReply text_reply(std::string text);
/// {"status":"success","data":...}
ApiReply success(const Json& data);
/// The same with `data` as JSON text.
ApiReply success_text(std::string_view data);
/// `errorType` follows from the status.
ApiReply failure(unsigned int status, std::string_view text);
/// The status follows from the error's code.
ApiReply failure(const Error& error);

/// Input as an error quotes it: escaped, and cut where it is long.
std::string excerpt(std::string_view input);

}  // namespace tocsin
