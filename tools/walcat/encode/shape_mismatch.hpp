// A composite whose text does not fit the shape that the catalog gave for its type. No Relation
// message tells of an ALTER TYPE, nor of an ALTER TABLE whose row type is a column elsewhere, so it
// shows here first. Who catches it asks the catalog for the type again, compiles the table anew and
// prints the row again; the buffer is as it was before the line. Where the catalog has moved on and
// knows the older shape no more, a Type of form text prints the server's own text.
#pragma once

#include "common/base/error.hpp"

#include <cstdint>
#include <string>

namespace cdckit::walcat {

class ShapeMismatch : public base::Error {
 public:
  ShapeMismatch(std::uint32_t type, const std::string& why)
      : base::Error(base::ErrorKind::protocol,
                    "could not print a value of the composite type with OID " +
                        std::to_string(type) + ": " + why,
                    "The type was altered: start again."),
        type_(type) {}
  // Its OID in pg_type.
  [[nodiscard]] std::uint32_t type() const noexcept { return type_; }

 private:
  std::uint32_t type_;
};

}  // namespace cdckit::walcat
