# syntax=docker/dockerfile:1
# Built with a plain `docker build .`: everything it copies is in the checkout, every package is in the lock with its hash.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /app
COPY requirements.lock ./
RUN /app/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY bot bot
COPY adapters adapters
COPY migrations migrations
# The build backend has an environment of its own, so that the image holds no build tool.
RUN python -m venv /build && /build/bin/pip install --no-cache-dir hatchling \
    && /build/bin/python -m hatchling build -t wheel -d /wheels \
    && /app/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home briefbot && install -d -o briefbot -g briefbot /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BRIEFBOT_DATABASE_URL=sqlite+aiosqlite:////data/briefbot.db
USER briefbot
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=20s CMD ["briefbot", "check"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["briefbot"]
CMD ["run"]
