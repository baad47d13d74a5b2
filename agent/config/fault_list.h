// FaultList: what is wrong in all files of one load. Reading goes on after a fault, so that one run shows them all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/load.h"
#include "agent/config/place.h"

namespace tocsin {

/// One thread.
class FaultList {
 public:
  /// Files are reported in the order in which they were begun.
  void begin_file(const std::string& file) { files_.push_back(file); }
  void add(const Place& place, std::string_view text);
  void warn(const Place& place, std::string_view text);

  std::size_t size() const { return faults_.size(); }
  /// In the order of files and places; what was found twice is there once.
  std::vector<Fault> sorted() const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<std::string> files_;
  std::vector<Fault> faults_;
  std::vector<std::string> warnings_;
};

}  // namespace tocsin
