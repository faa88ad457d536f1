// Brings the shape of a table into its topic before the first record that refers to it: publish()
// returns once the record is delivered. A shape has one key, `{"schema","table","hash"}`, and one
// value for ever, so that writing it twice changes nothing; with transactions it is written outside
// of them, by a producer of its own, for readers must find it even when the transaction is aborted.
#pragma once

#include "common/event/control.hpp"
#include "tools/kcat-cdc/delivery/deliveries.hpp"
#include "tools/kcat-cdc/topics/topic_book.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace cdckit::kcat_cdc {

class ShapePublisher {
 public:
  // All must outlive the publisher; the producer reports to `deliveries`, the book is the
  // producer's.
  ShapePublisher(kafka::Producer& producer, Deliveries& deliveries, TopicBook& topics)
      : producer_(producer), deliveries_(deliveries), topics_(topics) {}

  // `hash` names the line. Throws what kept it from being delivered.
  void publish(const std::string& data_topic,
               const event::Control& schema,
               const std::string& hash);

 private:
  kafka::Producer& producer_;
  Deliveries& deliveries_;
  TopicBook& topics_;
  std::set<std::string> published_;
};

// A producer without transactions, and what it needs.
struct PlainProducer {
  PlainProducer(const kafka::Settings& settings, const TopicPolicy& policy, signals::StopToken stop)
      : producer(settings, policy.retry_for, deliveries),
        topics(producer, settings, policy, stop),
        shapes(producer, deliveries, topics) {}

  Deliveries deliveries;
  kafka::Producer producer;
  TopicBook topics;
  ShapePublisher shapes;
};

// Where shapes go: by the run's own producer, or apart from its transactions.
class ShapeRoute {
 public:
  ShapeRoute(kafka::Producer& producer, Deliveries& deliveries, TopicBook& topics)
      : own_(producer, deliveries, topics) {}
  // From now on by a producer that `make` makes when the first shape comes.
  void go_apart(std::function<std::unique_ptr<PlainProducer>()> make) { make_ = std::move(make); }
  void publish(const std::string& data_topic,
               const event::Control& schema,
               const std::string& hash) {
    if (!make_) return own_.publish(data_topic, schema, hash);
    if (!apart_) apart_ = make_();
    apart_->shapes.publish(data_topic, schema, hash);
  }

 private:
  ShapePublisher own_;
  std::function<std::unique_ptr<PlainProducer>()> make_;
  std::unique_ptr<PlainProducer> apart_;
};

}  // namespace cdckit::kcat_cdc
