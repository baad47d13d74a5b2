#include "agent/http/curl_easy.h"

#include <new>

namespace tocsin {

void CurlList::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  [[maybe_unused]] const curl_slist* begin = list_.release();  // the longer list begins with it
  list_.reset(longer);
}

CurlEasy::CurlEasy() : handle_(curl_easy_init()) {
  if (!handle_) throw std::bad_alloc();
}

void CurlEasy::note(CURLcode code) {
  if (refused_ == CURLE_OK) refused_ = code;
}

long CurlEasy::number(CURLINFO info) const {
  long value = 0;
  return curl_easy_getinfo(handle_.get(), info, &value) == CURLE_OK ? value : 0;
}

curl_off_t CurlEasy::amount(CURLINFO info) const {
  curl_off_t value = 0;
  return curl_easy_getinfo(handle_.get(), info, &value) == CURLE_OK ? value : 0;
}

std::string CurlEasy::text(CURLINFO info) const {
  const char* value = nullptr;
  const CURLcode code = curl_easy_getinfo(handle_.get(), info, &value);
  return code == CURLE_OK && value != nullptr ? value : "";
}

std::string CurlEasy::header(const char* name) const {
  curl_header* header = nullptr;
  return curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
}

void CurlEasy::reset() {
  curl_easy_reset(handle_.get());
  // A transfer that failed before it was connected leaves its buffer, and curl takes it for one of the size now set.
  constexpr long kDefault = 0;
  const CURLcode none_left = curl_easy_setopt(handle_.get(), CURLOPT_BUFFERSIZE, kDefault);
  if (none_left != CURLE_OK) handle_.reset(curl_easy_init());
  if (!handle_) throw std::bad_alloc();
  refused_ = CURLE_OK;
}

}  // namespace tocsin
