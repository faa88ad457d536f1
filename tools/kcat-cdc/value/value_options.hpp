// How `produce` writes values: what the flags of value, schema and headers say together. Plain
// data.
#pragma once

#include "common/avro/names.hpp"
#include "common/event/unavailable.hpp"

#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

enum class ValueForm {
  envelope,  // Debezium's value whole
  flat,      // the row, as Debezium's ExtractNewRecordState leaves it
};

struct ValueOptions {
  ValueForm form = ValueForm::envelope;
  bool with_schemas = false;  // {"schema","payload"} around keys and values
  bool avro = false;          // Avro's bytes behind the id of their schema
  avro::NameAdjustment names = avro::NameAdjustment::avro;  // with Avro
  std::vector<std::string> headers = {};                    // NAME=VALUE and NAME=@COLUMN
  std::string unavailable_value = event::kUnavailable;      // stands for a value that was not sent
};

}  // namespace cdckit::kcat_cdc
