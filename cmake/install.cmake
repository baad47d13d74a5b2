# cmake --install: what a machine needs of tocsin. CPack (cmake/package.cmake) makes a Debian package of the same.
include(GNUInstallDirs)
set(TOCSIN_CONFIG_DIR /etc/tocsin CACHE PATH "where cmake --install puts the configuration; the unit reads /etc/tocsin")
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY TRUE)  # the tests are not installed, so they need not be built

install(TARGETS tocsin RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES deploy/systemd/tocsin.service DESTINATION lib/systemd/system)
install(DIRECTORY rules/packs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tocsin/packs FILES_MATCHING PATTERN *.toml)
install(FILES deploy/completion/tocsin.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME tocsin)
install(FILES deploy/man/tocsin.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES ${CMAKE_BINARY_DIR}/tocsin.spdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)  # built by `sbom`
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md PATTERN openapi.yaml
  PATTERN decisions EXCLUDE)
install(FILES deploy/tocsin.example.toml deploy/rules.example.toml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

# A configuration that is there is somebody's own: it stays.
function(install_once file destination name)
  install(CODE "
    if(NOT EXISTS \"\$ENV{DESTDIR}${destination}/${name}\")
      file(INSTALL \"${CMAKE_CURRENT_SOURCE_DIR}/${file}\" DESTINATION \"${destination}\" RENAME \"${name}\"
           PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    endif()")
endfunction()
install_once(deploy/systemd/tocsin.toml ${TOCSIN_CONFIG_DIR} tocsin.toml)
install_once(rules/packs/prometheus.toml ${TOCSIN_CONFIG_DIR}/rules prometheus.toml)
install(DIRECTORY DESTINATION ${TOCSIN_CONFIG_DIR}/secrets DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
