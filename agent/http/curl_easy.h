// CurlEasy and CurlList: libcurl's handles with owners.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "agent/base/time.h"

namespace tocsin {

/// A curl_slist. curl does not copy it: it has to live as long as the transfer that uses it.
class CurlList {
 public:
  void append(const std::string& line);
  curl_slist* get() const { return list_.get(); }

 private:
  struct Cleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Cleanup> list_;
};

/// One curl easy handle. Engine thread only; move only.
class CurlEasy {
 public:
  CurlEasy();

  CURL* get() const { return handle_.get(); }

  /// Options are set one after the other and judged at the end by refused().
  template <class Value>
  void set(CURLoption option, Value value) {
    note(curl_easy_setopt(handle_.get(), option, value));
  }
  /// curl copies the text; REQUIRES: no NUL byte in it.
  void set_text(CURLoption option, const std::string& text) { set(option, text.c_str()); }
  /// The first code other than CURLE_OK that set() met.
  CURLcode refused() const { return refused_; }

  long number(CURLINFO info) const;
  curl_off_t amount(CURLINFO info) const;
  std::string text(CURLINFO info) const;
  /// Of the last reply; "": it has none.
  std::string header(const char* name) const;

  /// All options back to none; connections and what has been resolved belong to the multi handle and stay.
  void reset();

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  void note(CURLcode code);

  std::unique_ptr<CURL, Cleanup> handle_;
  CURLcode refused_ = CURLE_OK;
};

}  // namespace tocsin
