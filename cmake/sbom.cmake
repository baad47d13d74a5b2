# tocsin.spdx.json beside the binary: what it is made of. Only where Debian's packages say where libraries come from.
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY)
  set(sbom ${CMAKE_BINARY_DIR}/tocsin.spdx.json)
  add_custom_command(OUTPUT ${sbom}
    COMMAND ${CMAKE_SOURCE_DIR}/deploy/sbom.sh $<TARGET_FILE:tocsin> > ${sbom}
    DEPENDS tocsin ${CMAKE_SOURCE_DIR}/deploy/sbom.sh VERBATIM)
  add_custom_target(sbom ALL DEPENDS ${sbom})
else()
  message(WARNING "no tocsin.spdx.json is made: there is no dpkg-query to ask where libraries come from")
endif()
