# Run by CPack before it packs: Debian's manual pages are compressed, with no date in them.
file(GLOB pages "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/man[1-9]/*.[1-9]")
if(NOT pages)
  message(FATAL_ERROR "there are no manual pages below ${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
endif()
execute_process(COMMAND gzip -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)
