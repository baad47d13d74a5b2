// Prometheus's numbers for people. Source: prometheus/prometheus template/template.go.
#pragma once

#include <expected>
#include <string>

namespace tocsin::templates {

std::string humanize(double value);             // 1234567 -> "1.235M", 0.12 -> "120m"
std::string humanize1024(double value);         // 1048576 -> "1Mi"
std::string humanize_duration(double seconds);  // 90000 -> "1d 1h 0m 0s"
std::string humanize_percentage(double ratio);  // 0.1234567 -> "12.35%"

/// Unix seconds -> "2015-06-23 13:19:44.128 +0000 UTC". An error where int64 nanoseconds cannot hold it.
std::expected<std::string, std::string> humanize_timestamp(double seconds);

}  // namespace tocsin::templates
