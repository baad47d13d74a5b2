// Functions of templates from text to text. Sources: prometheus/prometheus template/template.go and util/strutil;
// Go packages strings, net, net/url, text/template.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::templates {

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
std::string title(std::string_view text);  // the first letter of each word upper-cased, the rest untouched

std::string strip_port(std::string_view host_port);    // "[2001:db8::1]:80" -> "2001:db8::1"
std::string strip_domain(std::string_view host_port);  // "foo.example.com:80" -> "foo:80"; addresses stay

std::string escape_html(std::string_view text);
std::string escape_url_query(std::string_view text);
std::string url_path(std::string_view url);  // "http://host/prom%20a?x" -> "/prom a"

/// The path of Prometheus's expression browser for a query, beginning with "/graph?".
std::string graph_link(std::string_view query);
std::string table_link(std::string_view query);

}  // namespace tocsin::templates
