// Result<T>: a value, or an Error that says what happened to what and what would be right.
// Operating errors (input, network, disk) travel as Results; exceptions stay inside the adapters
// that wrap a throwing library. Programmer errors are TOCSIN_ASSERTs (assert.h).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace tocsin {

enum class ErrorCode {
  invalid,  // the caller's input is wrong; text names the place and the remedy
  not_found,
  conflict,  // the request does not fit the present state
  forbidden,
  unavailable,  // try again later: a peer, the disk or a deadline
  internal,
};

struct Error {
  std::string text;
  ErrorCode code = ErrorCode::invalid;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string text, ErrorCode code = ErrorCode::invalid) {
  return std::unexpected(Error{std::move(text), code});
}

}  // namespace tocsin
