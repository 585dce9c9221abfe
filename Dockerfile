# syntax=docker/dockerfile:1
# Built with a plain `docker build .`: everything it copies is in the checkout, every package is in the lock with its hash.
# A release pins the base by digest: --build-arg PYTHON=python:3.11-slim-bookworm@sha256:… (docs/release.md).
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv --without-pip /app && python -m venv /build
# The packages change seldom, so their layer stands before our own code. pip compiles what it installs.
COPY requirements.lock ./
RUN /build/bin/pip --python /app/bin/python install --only-binary :all: --require-hashes -r requirements.lock
# The build backend has an environment of its own, so that the image holds neither a build tool nor pip.
COPY requirements-build.lock ./
RUN /build/bin/pip install --only-binary :all: --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY bot bot
COPY adapters adapters
COPY migrations migrations
RUN /build/bin/python -m hatchling build -t wheel -d /wheels \
    && /build/bin/pip --python /app/bin/python install --no-deps --no-index /wheels/*.whl

FROM ${PYTHON}
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="Briefbot" \
      org.opencontainers.image.description="A self-hosted news-briefing bot for Discord and Slack" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 briefbot \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin briefbot \
    && install -d -m 0700 -o briefbot -g briefbot /data
COPY --from=build /app /app
# Everything is compiled, and the root is read-only: nothing is written but in /data and /tmp.
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BRIEFBOT_DATABASE_URL=sqlite+aiosqlite:////data/briefbot.db
USER 10001:10001
WORKDIR /data
VOLUME /data
# The heartbeat of this very container: half a second of one core a minute. `briefbot check` says all there is to say.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=2 CMD ["briefbot", "check", "--alive"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["briefbot"]
CMD ["run"]
