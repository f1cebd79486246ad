"""The Kustomize base: valid by the schemas of Kubernetes, and as careful as the image allows."""

from __future__ import annotations

import os
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from config.load import load
from tests.support.deployments import DEPLOY, documents

BASE = DEPLOY / "kubernetes"
VERSIONS = ("1.29", kubernetes_validate.latest_version())
"""The oldest that is judged, and the newest that the schemas know. `timeZone` of a CronJob is stable since 1.27."""

OVERLAY = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: okrs
resources: [{base}]
components: [{base}/postgresql]
"""


def as_they_stand() -> list[dict[str, Any]]:
    return [one for name in ("storage", "cronjob") for one in documents((BASE / f"{name}.yaml").read_text())]


def built(folder: Path) -> list[dict[str, Any]]:
    """What Kustomize makes of a folder."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed, which builds what Kustomize does")
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False)  # noqa: S603  our own folder
    assert done.returncode == 0, done.stderr
    return documents(done.stdout)


@pytest.fixture(scope="module")
def base() -> list[dict[str, Any]]:
    return built(BASE)


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    place = tmp_path_factory.mktemp("overlay").resolve()
    named = OVERLAY.format(base=os.path.relpath(BASE, place))
    (place / "kustomization.yaml").write_text(named, encoding="utf-8")
    return built(place)


def cron_job(of: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [one for one in of if one["kind"] == "CronJob"]
    return found


def pod(of: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = cron_job(of)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def judge(of: list[dict[str, Any]], version: str) -> None:
    for one in of:
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS, ids=["oldest", "newest"])
def test_the_manifests_are_valid(version: str) -> None:
    judge(as_they_stand(), version)


def test_a_key_that_kubernetes_does_not_know_is_found() -> None:
    planted = deepcopy(as_they_stand())
    cron_job(planted)["spec"]["concurencyPolicy"] = "Forbid"
    with pytest.raises(kubernetes_validate.ValidationError):
        judge(planted, VERSIONS[1])


def test_what_kustomize_builds_is_valid(base: list[dict[str, Any]]) -> None:
    judge(base, VERSIONS[1])
    assert sorted(one["kind"] for one in base) == [
        "ConfigMap",
        "ConfigMap",
        "CronJob",
        "PersistentVolumeClaim",
    ]
    # Names with a hash of what is in them: a run sees the files of one commit.
    names = {one["metadata"]["name"] for one in base if one["kind"] == "ConfigMap"}
    (container,) = pod(base)["containers"]
    (settings,) = container["envFrom"]
    (okrs,) = [one["configMap"]["name"] for one in pod(base)["volumes"] if "configMap" in one]
    assert names == {settings["configMapRef"]["name"], okrs}
    assert container["image"] == "truenorth:0.1.0"


def test_with_postgresql_there_is_no_volume(on_postgresql: list[dict[str, Any]]) -> None:
    judge(on_postgresql, VERSIONS[1])
    assert "PersistentVolumeClaim" not in {one["kind"] for one in on_postgresql}
    volumes = {one["name"]: set(one) - {"name"} for one in pod(on_postgresql)["volumes"]}
    assert volumes["data"] == {"emptyDir"}
    (container,) = pod(on_postgresql)["containers"]
    (store,) = [one for one in container["env"] if one["name"] == "TRUENORTH_STORE"]
    assert store["valueFrom"] == {"secretKeyRef": {"name": "truenorth-store", "key": "url"}}


def test_runs_do_not_overlap_and_do_not_hang_on_a_clock_change() -> None:
    said = cron_job(as_they_stand())["spec"]
    assert (said["concurrencyPolicy"], said["timeZone"]) == ("Forbid", "Etc/UTC")
    # A hundred missed runs end a schedule without a deadline for the start.
    assert said["startingDeadlineSeconds"] > 0


def test_the_job_ends_after_the_run_would_by_itself() -> None:
    said = cron_job(as_they_stand())["spec"]["jobTemplate"]["spec"]
    policy = load(BASE / "okrs").policy
    assert said["activeDeadlineSeconds"] > policy.deadline_minutes * 60 + 60
    assert pod(as_they_stand())["terminationGracePeriodSeconds"] > 10
    assert (said["backoffLimit"], pod(as_they_stand())["restartPolicy"]) == (0, "Never")


def test_the_pod_may_do_nothing_that_it_need_not() -> None:
    said = pod(as_they_stand())
    assert said["automountServiceAccountToken"] is False
    # A Service called truenorth would set TRUENORTH_PORT and its kin.
    assert said["enableServiceLinks"] is False
    security = said["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = said["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    writable = {one["name"] for one in container["volumeMounts"] if not one.get("readOnly")}
    assert writable == {"data", "tmp"}
    assert set(container["resources"]) == {"requests", "limits"}


def test_the_pod_runs_as_the_user_of_the_image() -> None:
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    security = pod(as_they_stand())["securityContext"]
    assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in dockerfile
    assert security["fsGroup"] == security["runAsGroup"]


def test_secrets_are_readable_by_their_group_alone() -> None:
    (secret,) = [one["secret"] for one in pod(as_they_stand())["volumes"] if "secret" in one]
    assert secret["defaultMode"] == 0o440


def test_the_okrs_to_begin_with_are_valid_and_write_nothing() -> None:
    workspace = load(BASE / "okrs")
    assert workspace.policy.mode == "observe"
