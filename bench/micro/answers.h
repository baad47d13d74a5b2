// Answers of Prometheus as text, for the benchmarks of what reads them.
#pragma once

#include <fmt/format.h>

#include <string>

namespace tocsin {

/// An instant vector of so many series with the labels of a usual container metric.
inline std::string vector_answer(int series) {
  std::string result;
  for (int index = 0; index < series; ++index) {
    result +=
        fmt::format(R"({}{{"metric":{{"namespace":"shop","pod":"web-{:05}","container":"web","instance":"10.0.0.1:{}",)"
                    R"("job":"kubelet"}},"value":[1700000000,"{}"]}})",
                    index == 0 ? "" : ",", index, index, index == 0 ? 1 : 0);
  }
  return fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{}]}}}})", result);
}

}  // namespace tocsin
