// Floating point numbers in JSON as Debezium has them: Java's Double.toString and Float.toString
// (JDK 19 and later). Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::event {

enum class FloatWidth { single, twice };

// `text`: the server's shortest form. NaN and the infinities become strings.
void append_java_number(std::string& out, std::string_view text, FloatWidth width);
void append_java_number(std::string& out, double value);
void append_java_number(std::string& out, float value);
// A decimal of any length, rounded to the nearest double.
double to_double(std::string_view text) noexcept;

}  // namespace cdckit::event
