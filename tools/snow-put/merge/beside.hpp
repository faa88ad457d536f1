// What stands beside a mirror: <T>_LIVE and, where it is wanted or there already, <T>_HISTORY, made
// or brought in step with the mirror's columns. Talks to the SQL API.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

namespace cdckit::snow_put {

struct BesideMirror {
  snow::TableAddress mirror;
  snow::TableAddress state;  // _CDC_STATE
  bool is_new = false;       // the mirror is empty, whatever was folded into another of its name
  bool history = false;      // it is wanted
};

void make_beside(snow::SqlApi& api, const BesideMirror& what);
snow::TableAddress history_of(const snow::TableAddress& mirror);

}  // namespace cdckit::snow_put
