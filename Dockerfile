# The build needs the network for the hash-locked requirements; the running container needs only the trackers.

FROM python:3.11-slim-bookworm AS build
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
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/truenorth/bin/pip install --no-deps --no-index /wheels/*.whl \
 && /opt/truenorth/bin/pip uninstall --yes pip setuptools \
 && mkdir /data

FROM python:3.11-slim-bookworm
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Truenorth" \
      org.opencontainers.image.description="Links Jira and Linear work to key results and writes progress back" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/truenorth /opt/truenorth
# A named volume takes over the owner of the folder that it covers.
COPY --from=build --chown=10001:10001 /data /data
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
