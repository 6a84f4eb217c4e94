# hadolint global ignore=DL3008
# The images of our own programs. One builder stage compiles the workspace once; each program is a
# target of its own: producer, connect-register, landing. Debian's packages are not pinned: a pinned
# version vanishes from Debian with its next security fix.
ARG RUST_IMAGE=rust:1.95-slim-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${RUST_IMAGE} AS builder
# A C compiler, make and perl build librdkafka, which links OpenSSL and zlib.
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc g++ make perl pkg-config libssl-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# A profile of cargo; dev builds in a third of the time.
ARG BUILD_PROFILE=release
RUN --mount=type=cache,id=connect-companion-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=connect-companion-target,target=/src/target,sharing=locked \
    cargo build --profile "$BUILD_PROFILE" --locked -p producer -p connect-register -p landing --bins \
 && built="target/$([ "$BUILD_PROFILE" = dev ] && echo debug || echo "$BUILD_PROFILE")" \
 && install -D -t /out/ "$built/producer" "$built/connect-register" "$built/landing" \
 && /out/connect-register reference --man /out/man

FROM ${RUNTIME_IMAGE} AS runtime
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin companion
COPY --chmod=0755 compose/ready compose/preflight /usr/local/bin/
USER 10001:10001
WORKDIR /
LABEL org.opencontainers.image.licenses="Apache-2.0"

FROM runtime AS producer
LABEL org.opencontainers.image.title="connect-companion/producer" \
      org.opencontainers.image.description="Makes retail sales and feeds Kafka"
COPY --from=builder /out/producer /usr/local/bin/producer
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["ready", "9464"]
ENTRYPOINT ["producer"]
CMD ["generate"]

FROM runtime AS connect-register
LABEL org.opencontainers.image.title="connect-companion/connect-register" \
      org.opencontainers.image.description="Keeps Kafka Connect as declared"
COPY --from=builder /out/connect-register /usr/local/bin/connect-register
COPY --from=builder /out/man /usr/local/share/man/man1
COPY connectors /connectors
EXPOSE 9465
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["ready", "9465"]
ENTRYPOINT ["connect-register"]
CMD ["watch", "-f", "/connectors"]

FROM runtime AS landing
LABEL org.opencontainers.image.title="connect-companion/landing" \
      org.opencontainers.image.description="Migrations, ledger and latency of what has landed in PostgreSQL"
COPY --from=builder /out/landing /usr/local/bin/landing
EXPOSE 9466
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["ready", "9466"]
ENTRYPOINT ["landing"]
CMD ["watch"]
