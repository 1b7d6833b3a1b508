"""Who takes part, and how each is started."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness import weir
from harness.broker import PACKAGE, kafka_home

HERE = Path(__file__).resolve().parent

BEHAVIOUR, SIGHTINGS = "metadata.behaviour", "metadata.sightings"
STATELESS = ("hash.exact", "metadata.account")
INSPECT = (
    "text.terms", "text.combinations", "text.links", "text.documents", "text.language", "hash.exact", "hash.pdq",
    "metadata.account",
)  # fmt: skip
"""The second stage of the shipped pipeline."""
WEIR: dict[str, tuple[tuple[str, ...], ...]] = {
    "weir": ((BEHAVIOUR,),),
    "weir-stateless": (STATELESS,),
    "weir-stateful": ((*STATELESS, BEHAVIOUR),),
    "weir-sightings": ((*STATELESS, BEHAVIOUR, SIGHTINGS),),
    "weir-shipped": (STATELESS, INSPECT),
    "weir-everything": ((*STATELESS, BEHAVIOUR), (*INSPECT, SIGHTINGS)),
}
"""Contenders of Weir, each with the detectors of its pipeline's stages."""
STREAMS, SAME_BYTES = "streams", "streams-same-bytes"
ALL = (*list(WEIR)[:1], STREAMS, SAME_BYTES, *list(WEIR)[1:])
STATE = "state"
SIGHTING_ROLES = ("sightings", "sightingState", "incidents")
"""Of Weir's topics, beside the roles of the others."""
JAVA = ("-Xms2g", "-Xmx2g", "-XX:+UseParallelGC")


@dataclass
class Course:
    """One contender's turn: topics, a group and a folder of its own."""

    contender: str
    bootstrap: str
    group: str
    topics: dict[str, str]
    folder: Path
    signals: Path
    commit_milliseconds: int
    verdict_bytes: int
    threads: int
    """Of the peer."""

    @property
    def config(self) -> Path:
        return self.folder / "weir.yaml"

    @property
    def changelogs(self) -> list[str]:
        """Topics of state."""
        if self.contender in WEIR:
            return [self.topics[STATE]] if self.has(BEHAVIOUR) else []
        return [f"{self.group}-accounts-changelog", f"{self.group}-events-changelog"]

    def has(self, detector: str) -> bool:
        return any(detector in stage for stage in WEIR.get(self.contender, ()))

    def write_configuration(self) -> None:
        """Also for those who are not Weir: by it their topics are made."""
        stages = [
            {"name": name, "media": media, "deadline": "10s", "detectors": list(detectors)}
            for (name, media), detectors in zip(
                (("triage", "none"), ("inspect", "fetched")), WEIR.get(self.contender, (STATELESS,)), strict=False
            )
        ]
        pipeline = {"version": 1, "batchSize": 256, "window": 8, "stages": stages}
        # No account of the uploads is that young: everything is let through, as the peer does.
        rule = {"name": "newborn", "when": {"account": {"youngerThan": "1s"}}, "action": "label", "labels": ["newborn"]}
        policy = {"version": 1, "name": "streams", "revision": "1", "default": "allow", "rules": [rule]}
        (self.folder / "pipeline.yaml").write_text(json.dumps(pipeline))
        (self.folder / "policy.yaml").write_text(json.dumps(policy))
        weir.Settings(
            bootstrap=self.bootstrap,
            group=self.group,
            pipeline=self.folder / "pipeline.yaml",
            policy=self.folder / "policy.yaml",
            signals=self.signals,
            properties={},
            topics={**self.topics},
            # Transactions end by time alone, as those of the peer.
            commit={"interval": f"{self.commit_milliseconds}ms", "maxRecords": 100_000},
        ).write(self.config)

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "WEIR_MEMBER": "member-0"}
        with log.open("ab") as file:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self._command()],
                cwd=PACKAGE,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def _command(self) -> list[str]:
        if self.contender in WEIR:
            return [str(weir.binary()), "run", "--config", str(self.config)]
        options = {
            "--bootstrap": self.bootstrap,
            "--application": self.group,
            "--input": self.topics["uploads"],
            "--audit": self.topics["audit"],
            "--state": str(self.folder / "stores"),
            "--threads": str(self.threads),
            "--commit-milliseconds": str(self.commit_milliseconds),
            "--verdict-bytes": str(self.verdict_bytes if self.contender == SAME_BYTES else 0),
        }
        words = [word for option in options.items() for word in option]
        return ["java", *JAVA, "-cp", f"{built()}:{kafka_home()}/libs/*", "Counting", *words]


def built() -> Path:
    """Classes, built anew whenever a source is younger."""
    sources = sorted(HERE.glob("*.java"))
    classes = Path(tempfile.gettempdir()) / f"weir-streams-{os.getuid()}"
    stamp = classes / "Counting.class"
    if not shutil.which("javac"):
        raise SystemExit("there is no javac: a JDK 17 or newer is needed (Debian: openjdk-17-jdk-headless)")
    if not stamp.exists() or stamp.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        command = ["javac", "--release", "17", "-d", str(classes), "-cp", f"{kafka_home()}/libs/*"]
        subprocess.run([*command, *map(str, sources)], check=True)
    return classes


def java_version() -> str:
    done = subprocess.run(["java", "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[0]
