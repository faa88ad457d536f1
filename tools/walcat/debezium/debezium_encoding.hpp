// The encoding `debezium`: what the Debezium PostgreSQL connector 3.7 prints by default or with its
// knobs turned. Where the connector prints something else than what the row holds, the row's value
// is printed, or the connector's with `quirks`.
#pragma once

#include "tools/walcat/debezium/mapping.hpp"

namespace cdckit::walcat {

class DebeziumEncoding : public Encoding {
 public:
  explicit DebeziumEncoding(DebeziumSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::string name() const override { return "debezium"; }
  [[nodiscard]] ColumnForm column(const ColumnSource& source) const override;
  [[nodiscard]] std::string member_name(std::string_view name) const override;
  void wrap(Table& table, std::string_view topic_prefix) const override;
  [[nodiscard]] MessageForm message_form() const override;
  [[nodiscard]] std::string session_setup() const override;

 private:
  void set_stand_ins(ColumnForm& form,
                     const Mapping& mapping,
                     const ColumnSource& source,
                     const std::string& value) const;
  DebeziumSettings settings_;
};

}  // namespace cdckit::walcat
