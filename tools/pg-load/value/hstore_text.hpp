// hstore's own text of a JSON object, as walcat prints one: {"a":"1","b":null}. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::pg_load {

// Appends `"a"=>"1","b"=>NULL`; a value that is no string stands as its JSON text.
void append_hstore(std::string& out, std::string_view object);
// Appends the JSON array with each object in it as a string of such text.
void append_hstore_elements(std::string& out, std::string_view array);

}  // namespace cdckit::pg_load
