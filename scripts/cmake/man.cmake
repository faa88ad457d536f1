# Man pages from man/*.md with pandoc, completions from the tools themselves; both installed.
find_program(PANDOC pandoc)
find_program(SED sed)
if(NOT PANDOC)
  message(FATAL_ERROR "pandoc is missing: run scripts/bootstrap (or configure with -DCDCKIT_MAN=OFF)")
endif()

set(roff_fixes "${CMAKE_SOURCE_DIR}/scripts/cmake/roff.sed")
file(GLOB pages CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/man/*.[1-9].md")
set(made_pages "")
foreach(page ${pages})
  cmake_path(GET page STEM LAST_ONLY name)
  string(REGEX MATCH "[1-9]$" section "${name}")
  set(made "${CMAKE_BINARY_DIR}/man/${name}")
  add_custom_command(OUTPUT "${made}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_BINARY_DIR}/man"
    COMMAND ${PANDOC} -s -f markdown-smart -t man "-Vfooter=cdckit ${PROJECT_VERSION}" "${page}" -o "${made}.pandoc"
    COMMAND ${SED} -f "${roff_fixes}" "${made}.pandoc" > "${made}"
    DEPENDS "${page}" "${roff_fixes}" VERBATIM)
  install(FILES "${made}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
  list(APPEND made_pages "${made}")
endforeach()
add_custom_target(man ALL DEPENDS ${made_pages})

# shell, the folder that is searched, file name before and after the tool's; a tool that is no target is a script
function(cdckit_completion tool shell folder prefix suffix)
  set(program "${CMAKE_SOURCE_DIR}/scripts/${tool}")
  set(parts "${program}" ${operations_parts})
  if(TARGET ${tool})
    set(program $<TARGET_FILE:${tool}>)
    set(parts ${tool})
  endif()
  set(made "${CMAKE_BINARY_DIR}/completions/${shell}/${prefix}${tool}${suffix}")
  add_custom_command(OUTPUT "${made}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_BINARY_DIR}/completions/${shell}"
    COMMAND "${program}" --generate complete-${shell} > "${made}"
    DEPENDS ${parts} VERBATIM)
  install(FILES "${made}" DESTINATION "${CMAKE_INSTALL_DATADIR}/${folder}")
  set_property(GLOBAL APPEND PROPERTY cdckit_completions "${made}")
endfunction()

file(GLOB operations_parts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/scripts/cdc_operations/*.py")
foreach(tool opensky-fetch pg-load walcat kcat-cdc snow-put snow-ddl cdc-check cdc-run cdc-top)
  if(TARGET ${tool} OR tool MATCHES "^cdc-(run|top)$")
    cdckit_completion(${tool} bash bash-completion/completions "" "")
    cdckit_completion(${tool} zsh zsh/vendor-completions "_" "")
    cdckit_completion(${tool} fish fish/vendor_completions.d "" ".fish")
  endif()
endforeach()
get_property(made_completions GLOBAL PROPERTY cdckit_completions)
add_custom_target(completions ALL DEPENDS ${made_completions})
