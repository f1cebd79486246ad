# The build needs the network for the hash-locked requirements; the running container needs only the trackers.
# The release workflow asks the registry for the digest of this tag and builds with `--build-arg BASE=…@sha256:…`.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# `python3` and a venv, because some bases of this name have no `python` and refuse to install outside one.
RUN python3 -m venv /opt/truenorth
COPY requirements.txt ./
RUN /opt/truenorth/bin/pip install --require-hashes --no-compile -r requirements.txt
# The build tool is locked as well, in a venv of its own that stays behind in this stage.
COPY requirements-build.txt ./
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY config ./config
COPY connectors ./connectors
COPY sync ./sync
# What `truenorth --version` tells; a build without it says "unknown".
ARG REVISION=unknown
RUN printf '%s\n' "${REVISION}" > sync/commit.txt \
 && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/truenorth/bin/pip install --no-deps --no-index --no-compile /wheels/*.whl \
 && /opt/truenorth/bin/pip uninstall --yes pip setuptools
# How languages write numbers and days is a third of the packages: those of `config/languages` stay, and those named here, such as "de pt_BR".
ARG LANGUAGES=""
COPY deploy/image/keep_locales.py ./
RUN /opt/truenorth/bin/python keep_locales.py ${LANGUAGES}

FROM ${BASE}
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=""
LABEL org.opencontainers.image.title="Truenorth" \
      org.opencontainers.image.description="Links Jira and Linear work to key results and writes progress back" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/truenorth /opt/truenorth
# A named volume takes over owner and mode of the folder that it covers. Its group is root's, so that a platform that runs
# containers as a user id of its own choice, with group 0, can use it as well.
RUN mkdir -m 0770 /data \
 && chown 10001:0 /data
ENV PATH=/opt/truenorth/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TRUENORTH_CONFIG=/config \
    TRUENORTH_STORE=sqlite:////data/truenorth.db
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
ENTRYPOINT ["truenorth"]
CMD ["sync"]
