# syntax=docker/dockerfile:1
# The web client: the same two commands as `make web`. It needs nothing from outside web/.
FROM node:20-bookworm-slim AS web
WORKDIR /src
COPY web/package.json web/package-lock.json web/
RUN cd web && npm ci --no-audit --no-fund
COPY web web
RUN cd web && npm run build

# The binary: the same command as `make build`.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
RUN go build -trimpath -o bin/baton ./cmd/baton

# The speech model: the same command as `make models`. It is fetched by npm and checked against pinned hashes.
FROM node:20-bookworm-slim AS models
WORKDIR /src
COPY --from=build /src/bin/baton bin/baton
RUN BATON_MODELS_DIR=/models bin/baton models install

FROM debian:bookworm-slim
# libstdc++6 is for the speech runtime, curl for HEALTHCHECK, util-linux for ionice. PostgreSQL is not installed here: compose.yaml brings it.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl ffmpeg libstdc++6 tesseract-ocr util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 baton \
 && useradd --system --uid 10001 --gid baton --home-dir /data --shell /usr/sbin/nologin baton \
 && install -d -o baton -g baton -m 0700 /data
COPY --from=build /src/bin/baton /usr/local/bin/baton
COPY --from=models /models /models
USER baton
ENV BATON_LISTEN=0.0.0.0:8080 BATON_DATA_DIR=/data BATON_MODELS_DIR=/models
VOLUME /data
EXPOSE 8080/tcp 8189/udp 8189/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD curl -fsS -o /dev/null http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["baton"]
CMD ["serve"]
