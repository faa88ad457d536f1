"""What kcat cannot do, by a client of another house: steps in order, each a list that begins with its name.

create TOPIC PARTITIONS [SETTINGS] · partitions TOPIC N · delete TOPIC · forget TOPIC PARTITION OFFSET ·
records TOPIC VALUES · transaction TOPIC VALUES ID COMMITS · open TOPIC VALUE ID MILLISECONDS (a transaction that nobody
ends before its time is up) · leave GROUP (brokers forget its offsets) ·
brokers SETTINGS (null: as before) · elect TOPIC (the leader that its partition 0 should have) · settled PREFIX (until
readers of committed records see all that was committed in its topics: brokers write the markers of a transaction after they
have said that it is committed; 10 s at most, since a transaction may be open)
"""

import json
import os
import subprocess

PROGRAM = """
import json, os, sys, time
from confluent_kafka import ElectionType, IsolationLevel, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec
)
brokers, order = sys.argv[1], json.load(sys.stdin)
admin = AdminClient({"bootstrap.servers": brokers})
def wait(futures):
    for future in futures.values():
        future.result()
def create(name, partitions, settings=None):
    for attempt in range(200):
        try:
            return wait(admin.create_topics([NewTopic(name, partitions, config=settings or {})]))
        except KafkaException as error:
            if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise
            time.sleep(0.02)  # one of that name is being deleted
def ends(places, level):
    asked = admin.list_offsets({place: OffsetSpec.latest() for place in places}, isolation_level=level)
    return [future.result().offset for future in asked.values()]
def settled(prefix):
    topics = admin.list_topics(timeout=30).topics
    places = [
        TopicPartition(topic, number)
        for topic, facts in topics.items() if topic.startswith(prefix) for number in facts.partitions
    ]
    for attempt in range(200):
        if not places or ends(places, IsolationLevel.READ_COMMITTED) == ends(places, IsolationLevel.READ_UNCOMMITTED):
            return
        time.sleep(0.05)
for name, *rest in order:
    if name == "create":
        create(*rest)
    elif name == "partitions":
        wait(admin.create_partitions([NewPartitions(*rest)]))
    elif name == "delete":
        wait(admin.delete_topics(rest, operation_timeout=30))
    elif name == "forget":
        wait(admin.delete_records([TopicPartition(*rest)]))
    elif name == "leave":
        wait(admin.delete_consumer_groups(rest))
    elif name == "brokers":
        kinds = {True: AlterConfigOpType.SET, False: AlterConfigOpType.DELETE}
        entries = [
            ConfigEntry(key, value or "", incremental_operation=kinds[value is not None])
            for key, value in rest[0].items()
        ]
        nodes = admin.list_topics(timeout=30).brokers
        asked = [ConfigResource("broker", str(node), incremental_configs=entries) for node in nodes]
        wait(admin.incremental_alter_configs(asked))
    elif name == "open":
        topic, value, transactional_id, timeout = rest
        producer = Producer({
            "bootstrap.servers": brokers, "transactional.id": transactional_id, "transaction.timeout.ms": timeout
        })
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(topic, value=value, key=transactional_id)
        assert producer.flush(30) == 0
        os._exit(0)  # as if it were killed
    elif name == "elect":
        admin.elect_leaders(ElectionType.PREFERRED, [TopicPartition(rest[0], 0)]).result()
    elif name == "settled":
        settled(*rest)
    elif name == "records":
        producer = Producer({"bootstrap.servers": brokers, "linger.ms": 0})
        for value in rest[1]:
            producer.produce(rest[0], value=value)
        assert producer.flush(30) == 0
    elif name == "transaction":
        topic, values, transactional_id, commits = rest
        producer = Producer({"bootstrap.servers": brokers, "transactional.id": transactional_id})
        producer.init_transactions(30)
        producer.begin_transaction()
        for value in values:
            producer.produce(topic, value=value)
        producer.flush(30)
        producer.commit_transaction(30) if commits else producer.abort_transaction(30)
    else:
        raise SystemExit(f"no step is called {name}")
"""


SETTINGS = """
import json, sys
from confluent_kafka.admin import AdminClient, ConfigResource, ConfigSource
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
(found,) = admin.describe_configs([ConfigResource("topic", sys.argv[2])]).values()
own = (ConfigSource.DYNAMIC_TOPIC_CONFIG, ConfigSource.DYNAMIC_TOPIC_CONFIG.value)
print(json.dumps({name: entry.value for name, entry in found.result(30).items() if entry.source in own}))
"""


def settings_of(brokers: str, topic: str) -> dict[str, str]:
    """Its own, without the brokers' defaults."""
    words = [os.environ["CDC_CLIENT_PYTHON"], "-c", SETTINGS, brokers, topic]
    return json.loads(subprocess.run(words, capture_output=True, check=True, timeout=90).stdout)


def run_steps(brokers: str, *steps) -> None:
    done = subprocess.run(
        [os.environ["CDC_CLIENT_PYTHON"], "-c", PROGRAM, brokers],
        input=json.dumps(steps).encode(),
        capture_output=True,
        check=False,
        timeout=90,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
