# What runs the tools for years, installed beside them: scripts, units, monitoring, statements for roles.
set(operations "${CMAKE_SOURCE_DIR}/scripts")
install(PROGRAMS "${operations}/cdc-run" "${operations}/cdc-top" DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY "${operations}/cdc_operations" DESTINATION ${CMAKE_INSTALL_DATADIR}/cdckit FILES_MATCHING PATTERN "*.py")
install(DIRECTORY "${operations}/monitoring" DESTINATION ${CMAKE_INSTALL_DATADIR}/cdckit
  USE_SOURCE_PERMISSIONS PATTERN README.md EXCLUDE)
install(DIRECTORY "${operations}/sql" DESTINATION ${CMAKE_INSTALL_DATADIR}/cdckit FILES_MATCHING PATTERN "*.sql")
install(FILES "${operations}/services/cron" DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
# below the prefix, as everything is: `systemctl link` or a copy makes those of another prefix known
install(CODE "set(operations \"${operations}\")")
install(CODE [[
  file(GLOB units "${operations}/services/cdckit*")
  foreach(unit ${units})
    file(READ "${unit}" text)
    string(REPLACE "/usr/bin/cdc-run" "${CMAKE_INSTALL_PREFIX}/bin/cdc-run" text "${text}")
    get_filename_component(name "${unit}" NAME)
    set(folder "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
    message(STATUS "Installing: ${folder}/${name}")
    file(MAKE_DIRECTORY "${folder}")
    file(WRITE "${folder}/${name}" "${text}")
    file(CHMOD "${folder}/${name}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${CMAKE_INSTALL_PREFIX}/lib/systemd/system/${name}")
  endforeach()
]])
# the steps of the workflow that other repositories use
install(PROGRAMS "${operations}/ci/snowflake" "${operations}/ci/configuration" DESTINATION ${CMAKE_INSTALL_DATADIR}/cdckit/ci)
install(FILES "${operations}/ci/github.py" "${operations}/ci/snow_tool.py" "${operations}/ci/configuration_files.py" DESTINATION ${CMAKE_INSTALL_DATADIR}/cdckit/ci)
