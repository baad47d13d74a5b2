// Secret: a string that cannot be printed, formatted or logged by mistake. It has no stream operator and
// no fmt formatter; the only way to its value is reveal(), which a reader can search for.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

/// The password of a login, and each form in which protocols send it: a peer may repeat any of them.
std::vector<Secret> forms_of_login(std::string_view username, const Secret& password);

/// `text` with every occurrence of `secret` replaced by "<secret>"; for texts that come from libraries and peers.
std::string redact(std::string text, const Secret& secret);

}  // namespace tocsin
