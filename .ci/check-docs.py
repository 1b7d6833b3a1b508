"""Runs the commands of README.md and docs/*.md as they stand there.

Fenced blocks marked `sh` are one script for each file, run in order in a copy of the checkout's documents, with `weir`
on PATH and, where there is a Kafka ($WEIR_KAFKA_HOME, then ../shared/kafka), a fresh broker on localhost:9092. Python
blocks that name a file in their first line (`# enforce.py`) are written to it before. Lines that begin with `make` are
not run again but must stand in .ci/run. Everything else (`console`, `text`, `yaml`, other languages) is for reading;
YAML blocks whose first line is `# NAME.yaml` are written to that file, so that commands can use them.

Beside that: links lead somewhere, and what people look up is there: every setting, metric and reason of a degraded
verdict in docs/operations.md, with the settings and facts of detectors, every code of dead letters in
docs/integrating.md, and the rules over accounts in docs/metadata.md.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"^# ([\w.-]+\.(?:ya?ml|py))\n")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
LIMIT_SECONDS = 240

SOURCES = ROOT / "Sources"
METRIC = re.compile(r'"(weir_[a-z_]+)"')
ERROR_CODES = re.compile(r'case \w+ = "([a-z-]+)"')
# Whose codes become reasons of degraded verdicts.
REASON_FOLDERS = ("Media", "HashDetection/Detectors", "Pipeline", "TextDetection")
DETECTOR_FOLDERS = ("HashDetection", "MetadataDetection", "TextDetection")
RULES = "MetadataDetection/Rules"
DETECTOR_SETTING = re.compile(r'Setting\(\s*"(\w+)"')
FACTS = re.compile(r"facts:(?: \[Code\] =)? \[([^\]]*)\]")
REASON = re.compile(r'"((?:fetch|inline|read|decode|picture|fold|breaker|no)-[a-z-]+)"')


def kafka_home() -> pathlib.Path | None:
    candidates = [os.environ.get("WEIR_KAFKA_HOME"), ROOT / "../shared/kafka"]
    homes = [pathlib.Path(home).resolve() for home in candidates if home]
    return next((home for home in homes if (home / "kafka-cluster").is_file()), None)


def prepare(text: str, folder: pathlib.Path, ci: str) -> tuple[str, list[str]]:
    """Writes the files that blocks name; gives the script, and the targets of make that CI does not call."""
    script, unknown = [], []
    for language, body in FENCE.findall(text):
        name = FILE_NAME.match(body)
        if name:
            (folder / name[1]).write_text(body)
        if language != "sh":
            continue
        for line in body.splitlines():
            if line.startswith("make "):
                target = line.split()[1]
                if f"make {target}\n" not in ci:
                    unknown.append(target)
            else:
                script.append(line)
    return "\n".join(script), unknown


def anchors(document: pathlib.Path) -> set[str]:
    """The fragments that GitHub makes of a document's headings."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(document: pathlib.Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for path, fragment in LINK.findall(text):
        if path.startswith(("https://", "http://")):
            continue
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            broken.append(f"{document.name}: the link to {path} leads nowhere")
        elif fragment and target.suffix == ".md" and fragment not in anchors(target):
            broken.append(f"{document.name}: {path or document.name} has no section #{fragment}")
    return broken


def found(pattern: re.Pattern[str], folder: str) -> set[str]:
    return {name for path in (SOURCES / folder).rglob("*.swift") for name in pattern.findall(path.read_text())}


def found_facts(folder: str) -> set[str]:
    return {fact for facts in found(FACTS, folder) for fact in re.findall(r'"([a-z-]+)"', facts)}


def missing_names() -> list[str]:
    """What the documents should name and don't."""
    reference = subprocess.run(
        [ROOT / ".build/release/weir", "config", "reference"], check=True, capture_output=True, text=True).stdout
    wanted = {
        "docs/operations.md": {
            "setting": {line for line in reference.splitlines() if line and not line.startswith(" ")},
            "metric": found(METRIC, "."),
            "reason": set().union(*(found(REASON, folder) for folder in REASON_FOLDERS)),
            "fact": set().union(*(found_facts(folder) for folder in DETECTOR_FOLDERS)),
            "setting of a detector": set().union(*(found(DETECTOR_SETTING, folder) for folder in DETECTOR_FOLDERS)),
        },
        "docs/integrating.md": {
            "code": set(ERROR_CODES.findall((SOURCES / "Events/Upload/DecodeError.swift").read_text())),
        },
        "docs/metadata.md": {"fact": found_facts(RULES), "setting of a detector": found(DETECTOR_SETTING, RULES)},
    }
    missing = []
    for document, kinds in wanted.items():
        text = (ROOT / document).read_text()
        for kind, names in kinds.items():
            if not names:
                missing.append(f"{document}: no {kind} was found in the sources; mend this check")
            missing += [f"{document}: {kind} {name} is missing" for name in sorted(names)
                        if not has_row(text, name, any_cell=kind == "setting of a detector")]
    return missing


def has_row(text: str, name: str, any_cell: bool = False) -> bool:
    """In the first cell of a table's row, or in any, as code; a metric perhaps with its labels."""
    cells = ".*" if any_cell else "[^|]*"
    return re.search(rf"^\| {cells}`{re.escape(name)}(?:`|\{{)[^|]* \|", text, re.MULTILINE) is not None


def run(document: pathlib.Path, bootstrap_home: pathlib.Path | None) -> bool:
    with tempfile.TemporaryDirectory(prefix="weir-docs-") as scratch:
        folder = pathlib.Path(scratch)
        for name in ("topology", "docs", "k8s", "load-tests"):
            if (ROOT / name).exists():
                (folder / name).symlink_to(ROOT / name)
        script, unknown = prepare(document.read_text(), folder, (ROOT / ".ci/run").read_text())
        for target in unknown:
            print(f"{document.name}: \"make {target}\" is not called by .ci/run")
        if not script.strip():
            return not unknown
        if "9092" in script + "".join(p.read_text() for p in folder.glob("*.y*ml")) and bootstrap_home is None:
            print(f"{document.name}: skipped, there is no Kafka: name its folder in WEIR_KAFKA_HOME")
            return os.environ.get("CI") != "true"
        return execute(document, script, folder) and not unknown


def execute(document: pathlib.Path, script: str, folder: pathlib.Path) -> bool:
    environment = os.environ | {
        "PATH": f"{ROOT / '.build/release'}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    }
    process = subprocess.Popen(
        ["bash", "-euxo", "pipefail", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, text=True)
    try:
        output, _ = process.communicate(timeout=LIMIT_SECONDS)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        code = -1
    finally:
        # Services that the text leaves running.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    print(f"{document.name}: {'ok' if code == 0 else f'failed with {code}'}")
    if code != 0:
        print("\n".join(output.splitlines()[-60:]))
    return code == 0


def main() -> int:
    # What is told to end takes its broker with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    home = kafka_home()
    problems = [problem for document in documents for problem in broken_links(document)] + missing_names()
    for problem in problems:
        print(problem)
    good = not problems
    for document in documents:
        cluster = tempfile.mkdtemp(prefix="weir-docs-kafka-")
        try:
            if home and "9092" in document.read_text():
                started = subprocess.run(
                    [home / "kafka-cluster", "start", f"{cluster}/k", "--port", "9092"], check=False,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                if started.returncode != 0:
                    print(f"{document.name}: not run, its broker did not start")
                    good = False
                    continue
            good = run(document, home) and good
        finally:
            if home and os.path.exists(f"{cluster}/k"):
                subprocess.run([home / "kafka-cluster", "stop", f"{cluster}/k"], check=False, stdout=subprocess.DEVNULL)
            shutil.rmtree(cluster, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
