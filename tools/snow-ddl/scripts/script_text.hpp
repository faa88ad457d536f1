// A script's file as text: UTF-8 without byte order mark, lines ended by \n, so that neither the
// editor nor the checkout decides about checksums. Throws data for other encodings, with file and
// byte.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

std::string normalise(std::string_view bytes, const std::string& source);

}  // namespace cdckit::snow_ddl
