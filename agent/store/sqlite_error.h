// What goes wrong inside the store. SQLiteCpp throws, so inside agent/store errors travel as exceptions; attempt() is
// the border where they become Results that name the file, what is wrong and what to do.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "agent/base/result.h"

namespace tocsin {

/// A fault that the store itself has found; its text is complete.
class StoreFault : public std::exception {
 public:
  explicit StoreFault(std::string text, ErrorCode code = ErrorCode::unavailable) : error_{std::move(text), code} {}
  const char* what() const noexcept override { return error_.text.c_str(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

/// `location` is the path or URI of the database, for the text.
Error sqlite_error(const std::string& location, const SQLite::Exception& exception);

/// The result of `work`, or the error that it threw.
template <class Work>
auto attempt(const std::string& location, Work&& work) -> Result<std::invoke_result_t<Work>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      std::forward<Work>(work)();
      return {};
    } else {
      return std::forward<Work>(work)();
    }
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(sqlite_error(location, exception));
  } catch (const StoreFault& fault) {
    return std::unexpected(fault.error());
  }
}

}  // namespace tocsin
