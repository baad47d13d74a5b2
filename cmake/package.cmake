# cpack -G DEB: a Debian package of what cmake --install installs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tocsin)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "tocsin maintainers <maintainers@tocsin.example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "incidents from Prometheus: opens, resolves and tells")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "tocsin runs beside a Prometheus, polls it with the queries of TOML rules, opens an
incident when a threshold is breached, resolves it when the metric recovers, and tells Slack, PagerDuty, email and
webhooks about it.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The scripts call deb-systemd-helper, the unit calls kill.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.52), ca-certificates")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd, procps")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, bash-completion")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
# DESTDIR, because the configuration lies at an absolute path.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
include(CPack)
