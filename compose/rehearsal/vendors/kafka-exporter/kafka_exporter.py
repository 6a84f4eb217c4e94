#!/usr/bin/python3
"""Serves a broker's topics and consumer groups as Prometheus metrics, under kafka_exporter's names."""

import argparse
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

HELP = {
    "kafka_brokers": "Number of Brokers in the Kafka Cluster.",
    "kafka_topic_partitions": "Number of partitions for this Topic",
    "kafka_topic_partition_current_offset": "Current Offset of a Broker at Topic/Partition",
    "kafka_topic_partition_oldest_offset": "Oldest Offset of a Broker at Topic/Partition",
    "kafka_consumergroup_current_offset": "Current Offset of a ConsumerGroup at Topic/Partition",
    "kafka_consumergroup_current_offset_sum": "Current Offset of a ConsumerGroup at Topic for all partitions",
    "kafka_consumergroup_lag": "Current Approximate Lag of a ConsumerGroup at Topic/Partition",
    "kafka_consumergroup_lag_sum": "Current Approximate Lag of a ConsumerGroup at Topic for all partitions",
    "kafka_consumergroup_members": "Amount of members in a consumer group",
}


class Cluster:
    """The broker's answers; one question at a time, because the clients are not made for threads."""

    def __init__(self, servers):
        self.servers = servers
        self.lock = threading.Lock()
        self.clients = None

    def samples(self):
        """All samples as (name, labels, value); a broken connection is made anew the next time."""
        with self.lock:
            try:
                if self.clients is None:
                    self.clients = (
                        KafkaConsumer(bootstrap_servers=self.servers, request_timeout_ms=11000),
                        KafkaAdminClient(bootstrap_servers=self.servers, request_timeout_ms=4000),
                    )
                return list(self._ask(*self.clients))
            except Exception:
                for client in self.clients or ():
                    client.close()
                self.clients = None
                raise

    @staticmethod
    def _ask(consumer, admin):
        yield "kafka_brokers", {}, len(admin.describe_cluster()["brokers"])

        partitions = []
        for topic in sorted(consumer.topics()):
            numbers = sorted(consumer.partitions_for_topic(topic) or ())
            yield "kafka_topic_partitions", {"topic": topic}, len(numbers)
            partitions += [TopicPartition(topic, number) for number in numbers]
        newest = consumer.end_offsets(partitions)
        oldest = consumer.beginning_offsets(partitions)
        for place in partitions:
            labels = {"topic": place.topic, "partition": place.partition}
            yield "kafka_topic_partition_current_offset", labels, newest[place]
            yield "kafka_topic_partition_oldest_offset", labels, oldest[place]

        groups = sorted(admin.list_consumer_groups())
        # The client cannot read members of another kind, such as Connect's workers.
        of_consumers = [group for group, kind in groups if kind == "consumer"]
        for group in admin.describe_consumer_groups(of_consumers) if of_consumers else ():
            yield "kafka_consumergroup_members", {"consumergroup": group.group}, len(group.members)
        for group, _ in groups:
            yield from Cluster._offsets(group, admin.list_consumer_group_offsets(group), newest)

    @staticmethod
    def _offsets(group, committed, newest):
        sums = {}
        for place, commit in sorted(committed.items()):
            if commit.offset < 0 or place not in newest:
                continue
            labels = {"consumergroup": group, "topic": place.topic, "partition": place.partition}
            lag = max(newest[place] - commit.offset, 0)
            yield "kafka_consumergroup_current_offset", labels, commit.offset
            yield "kafka_consumergroup_lag", labels, lag
            offset_sum, lag_sum = sums.get(place.topic, (0, 0))
            sums[place.topic] = (offset_sum + commit.offset, lag_sum + lag)
        for topic, (offset_sum, lag_sum) in sums.items():
            labels = {"consumergroup": group, "topic": topic}
            yield "kafka_consumergroup_current_offset_sum", labels, offset_sum
            yield "kafka_consumergroup_lag_sum", labels, lag_sum


def exposition(samples):
    """The samples in Prometheus's text format."""
    by_name = {}
    for name, labels, value in samples:
        inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
        by_name.setdefault(name, []).append(f"{name}{{{inside}}} {value}" if inside else f"{name} {value}")
    lines = []
    for name, shown in by_name.items():
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} gauge", *shown]
    return "\n".join(lines) + "\n"


def handler(cluster):
    """What answers HTTP for this cluster."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            if path == "/metrics":
                try:
                    self.answer(200, exposition(cluster.samples()))
                except Exception as error:  # whatever it is, the scrape has failed and the next one may not
                    print(f"cannot ask {cluster.servers}: {error!r}", file=sys.stderr)
                    self.answer(500, f"{error!r}\n")
            elif path == "/healthz":
                self.answer(200, "ok")
            elif path == "/":
                self.answer(200, '<html><body><a href="/metrics">Metrics</a></body></html>', "text/html")
            else:
                self.answer(404, "404 page not found\n")

        def answer(self, status, text, kind="text/plain; version=0.0.4; charset=utf-8"):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(prog="kafka_exporter", description=__doc__, allow_abbrev=False)
    parser.add_argument("--kafka.server", dest="servers", action="append", default=[])
    parser.add_argument("--web.listen-address", dest="listen", default=":9308")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = Cluster(arguments.servers or ["kafka:9092"])
    try:
        cluster.samples()
    except (KafkaError, OSError) as error:
        sys.exit(f"Cannot reach Kafka at {', '.join(cluster.servers)}: {error!r}")
    host, _, port = arguments.listen.rpartition(":")
    print(f"Listening on HTTP {arguments.listen} (stand-in for kafka_exporter)")
    ThreadingHTTPServer((host, int(port)), handler(cluster)).serve_forever()


if __name__ == "__main__":
    main()
