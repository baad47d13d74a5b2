// Redactor: makes a text of a library or a peer fit for logs, timelines and people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/http/request.h"
#include "notifiers/settings.h"

namespace tocsin {

/// Knows the secrets of one notifier's settings. Immutable, any thread.
class Redactor {
 public:
  explicit Redactor(std::vector<Secret> secrets);
  /// The URL as a whole and its telling parts (a webhook's path is its password), passwords also as they are sent,
  /// the credentials of a proxy, tokens, header values, and whatever else is given in `more`.
  explicit Redactor(const HttpSettings& settings, std::vector<Secret> more = {});
  explicit Redactor(const EmailSettings& settings);
  /// Of whatever type the notifier is.
  explicit Redactor(const NotifierSettings& settings);

  /// One line of valid UTF-8 within limits::kErrorTextBytesMax, without any of the secrets.
  std::string clean(std::string_view text) const;

 private:
  std::vector<Secret> secrets_;  // longest first, so that none leaves a rest of another
};

}  // namespace tocsin
