// Name-based UUIDs (version 3, MD5) as Java's UUID.nameUUIDFromBytes makes them.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::walcat {

std::string name_uuid(std::string_view bytes);

}  // namespace cdckit::walcat
