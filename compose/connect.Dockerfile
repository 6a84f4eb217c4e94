# Kafka Connect with Confluent's JDBC connector at a pinned version, and nothing else.
# The connector is under the Confluent Community License.
FROM confluentinc/cp-kafka-connect:7.6.0

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# Another connector of the hub, or another version, is a build argument.
ARG JDBC_PLUGIN=confluentinc/kafka-connect-jdbc
ARG JDBC_PLUGIN_VERSION=10.9.7
RUN confluent-hub install --no-prompt "$JDBC_PLUGIN:$JDBC_PLUGIN_VERSION"

# The checksum is taken over the checksums of all jars that were installed, in the order of their
# names. The build prints it; given back as JDBC_PLUGIN_SHA256 it is verified.
ARG JDBC_PLUGIN_SHA256=
RUN sum=$(find /usr/share/confluent-hub-components -name '*.jar' -print0 | LC_ALL=C sort -z \
      | xargs -0 sha256sum | sha256sum | cut -d' ' -f1) \
 && echo "JDBC_PLUGIN_SHA256=$sum" \
 && if [ -n "$JDBC_PLUGIN_SHA256" ] && [ "$sum" != "$JDBC_PLUGIN_SHA256" ]; then \
      echo "the installed plug-in is not the expected one: its checksum is $sum, JDBC_PLUGIN_SHA256 is $JDBC_PLUGIN_SHA256" >&2; \
      exit 1; \
    fi

LABEL org.opencontainers.image.title="connect-companion/connect" \
      org.opencontainers.image.description="Kafka Connect with the JDBC connector"
