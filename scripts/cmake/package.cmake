# `make deb`: one Debian package with the tools, their pages, completions, units and examples. The same sources give the
# same bytes: SOURCE_DATE_EPOCH (make deb sets it to the last commit's time) dates everything in it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cdckit)
set(CPACK_PACKAGE_CONTACT "cdckit maintainers <cdckit@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# cdc-run and cdc-top
set(CPACK_DEBIAN_PACKAGE_DEPENDS python3)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# what an upgrade does with pipelines that run
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/scripts/packaging/postinst" "${CMAKE_SOURCE_DIR}/scripts/packaging/prerm"
  "${CMAKE_SOURCE_DIR}/scripts/packaging/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# the summary is project(DESCRIPTION)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Seven programs that read and write lines of JSON: row changes of PostgreSQL
to Kafka topics, PostgreSQL tables and Snowflake, exactly once where the
target can compare positions. With scripts that run a pipeline for ever,
systemd units and alert rules.")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_SOURCE_DIR}/scripts/packaging/compress_pages.cmake")
include(CPack)

find_program(GZIP gzip)
set(packaging "${CMAKE_SOURCE_DIR}/scripts/packaging")
set(compressed_changelog "${CMAKE_BINARY_DIR}/changelog.gz")
add_custom_command(OUTPUT "${compressed_changelog}" COMMAND ${GZIP} -9nc "${packaging}/changelog" > "${compressed_changelog}"
  DEPENDS "${packaging}/changelog" VERBATIM)
add_custom_target(changelog ALL DEPENDS "${compressed_changelog}")
install(FILES "${packaging}/copyright" "${compressed_changelog}" DESTINATION ${CMAKE_INSTALL_DOCDIR})
