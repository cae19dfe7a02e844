"""Kills runledger at random moments and compares what it acknowledged with what it kept.

Six loops run on one workspace and one store: one leaves notes, one records exercises (which also
writes rows into the runbooks), one adds to the timeline of an incident, one opens incidents, one
publishes a postmortem again and again, one scans. About every other process is killed with SIGKILL
at a random moment of its life. Each id that a process printed before it ended, by itself or not, is
acknowledged: it is written and fsynced to a file outside the store before anything else happens.

Afterwards every acknowledged id has to be in the ledger exactly once, `verify` has to find nothing,
every acknowledged note and row has to be found by its own word, in the index as it stands and in one
made anew, each runbook has to hold its old text and each acknowledged row once, the timeline each acknowledged
line once, no two incidents have one label, and the postmortem can be published and says what was
last written into it.
"""

import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")

RUNBOOK = """# Runbook {number}

> When to use this: the thing numbered {number} stands still.

## Step 1 — Mitigate

```sh
systemctl restart thing-{number}
```

## When this runbook last worked

| Date       | Resolved by | Notes |
|------------|-------------|-------|
| 2026-01-15 | Step 1      | first |

> Stale after **90 days** without exercise.
"""

RUNBOOKS = 4


class Lab:
    """A workspace, a store, and beside them the list of what was acknowledged."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="runledger-kills-")
        self.workspace = os.path.join(self.folder, "workspace")
        os.makedirs(os.path.join(self.workspace, "runbooks"))
        os.makedirs(os.path.join(self.folder, "acknowledged"))
        self.write("runledger.toml", "")
        for number in range(RUNBOOKS):
            self.write(f"runbooks/thing-{number}.md", RUNBOOK.format(number=number))
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "RUNLEDGER_STORE": os.path.join(self.folder, "store"),
            "RUNLEDGER_ACTOR": "kills",
            "RUST_BACKTRACE": "1",
        }

    def write(self, name, text):
        path = os.path.join(self.workspace, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)

    def read(self, name):
        with open(os.path.join(self.workspace, name), encoding="utf-8") as file:
            return file.read()

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.workspace,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=600)
        if process.returncode != 0:
            shown = " ".join(arguments)
            raise Failure(f"`{shown}` ended with {process.returncode}:\n{stdout}\n{stderr}")
        return stdout


def ready_to_publish(lab):
    """An incident whose postmortem lacks nothing."""
    opened = lab.run("incident", "open", "it is over", "--severity", "P3", "--json")
    label = json.loads(opened)["label"]
    lab.run("incident", "set", label, "started=-5m", "acknowledged=n/a", "mitigated=n/a")
    lab.run("incident", "status", label, "resolved")
    lab.run("postmortem", "start", label, "--cause", "other")
    for section in ("summary", "impact", "root-cause", "lessons"):
        lab.run("postmortem", "edit", label, section, "--text", "some words")
    status = json.loads(lab.run("postmortem", "status", label, "--json"))
    for group in status["checklist"]:
        for question in group["questions"]:
            lab.run("postmortem", "answer", label, question["id"], "na", "--reason", "not here")
    return label


class Failure(Exception):
    """Something promised does not hold."""


class Loop(threading.Thread):
    """One process after another, about every other one killed."""

    def __init__(self, lab, seed, stop, kills):
        super().__init__(daemon=True)
        self.lab, self.stop, self.kills = lab, stop, kills
        self.random = random.Random(seed)
        self.acknowledged = []
        self.attempted = set()
        self.whole = 0.05
        self.runs = 0
        self.failures = []
        path = os.path.join(lab.folder, "acknowledged", type(self).__name__)
        self.file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def run(self):
        try:
            while not self.stop.is_set():
                self.turn()
        except Exception as error:  # the main thread has to hear of it
            self.failures.append(repr(error))
            self.stop.set()

    def turn(self):
        self.runs += 1
        word = self.word()
        arguments, runbook = self.arguments(word)
        self.attempted.add(word)
        # A few whole runs first tell how long a life is; then any moment of it may be the last.
        kill = self.runs > 3 and self.random.random() < 0.5
        started = time.monotonic()
        process = self.lab.start(*arguments)
        killed = False
        try:
            limit = self.random.uniform(0, self.whole * 1.1) if kill else 120
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            stdout, stderr = process.communicate()
            killed = process.returncode == -signal.SIGKILL
            if not kill:
                self.failures.append(f"{arguments} did not end within two minutes")
        if killed:
            self.kills.add()
        elif process.returncode == 0:
            self.whole = 0.8 * self.whole + 0.2 * (time.monotonic() - started)
        else:
            self.failures.append(f"{arguments} ended with {process.returncode}: {stderr}")
        identity = UUID.search(stdout)
        if identity:
            os.write(self.file, f"{identity[0]} {word} {runbook}\n".encode())
            os.fsync(self.file)
            self.acknowledged.append((identity[0], word, runbook))

    def word(self):
        """A word that no other comes near, so that forgiving a typo cannot find the wrong one."""
        return "".join(self.random.choice("ghjkmnpqrstuvwxz") for _ in range(14))

    def runbook(self):
        return f"thing-{self.random.randrange(RUNBOOKS)}"


class Notes(Loop):
    def arguments(self, word):
        runbook = self.runbook()
        return ("note", f"{runbook}#1", f"seen {word} here"), runbook


class Exercises(Loop):
    def arguments(self, word):
        runbook = self.runbook()
        return ("worked", runbook, "--step", "1", "--again", "--note", word), runbook


class Incidents(Loop):
    def arguments(self, word):
        return ("incident", "note", self.lab.label, f"seen {word} here"), self.lab.label


class Openings(Loop):
    def arguments(self, word):
        return ("incident", "open", f"{word} is down", "--severity", "P3", "--json"), "opening"


class Publications(Loop):
    """Writes a section and publishes, in turn; what was published is there as a whole or not."""

    def arguments(self, word):
        if self.runs % 2:
            text = f"seen {word} here"
            return ("postmortem", "edit", self.lab.published, "lucky", "--text", text), text
        return ("postmortem", "publish", self.lab.published), ""


class Scans(Loop):
    def arguments(self, word):
        # Somebody edits a page meanwhile, so that there is something to scan.
        self.lab.write("runbooks/page.md", f"# A page\n\nToday it says {word}.\n")
        return ("sync",), "page"


class Kills:
    """Counts kills, and says how far it is."""

    def __init__(self, wanted, stop):
        self.wanted, self.stop = wanted, stop
        self.count, self.lock = 0, threading.Lock()

    def add(self):
        with self.lock:
            self.count += 1
            if self.count % 100 == 0:
                print(f"  {self.count} kills", flush=True)
            if self.count >= self.wanted:
                self.stop.set()


def exported_ids(lab):
    """The ids of all entries, as often as they occur."""
    ids = []
    for line in lab.run("export").splitlines():
        record = json.loads(line)
        entry = record.get("entry", record)
        if isinstance(entry, dict) and UUID.fullmatch(str(entry.get("id", ""))):
            ids.append(entry["id"])
    return ids


def found(lab, acknowledged):
    """What search finds for the word of each acknowledged entry."""

    def search(word):
        hits = json.loads(lab.run("search", word, "--json"))["hits"]
        return [(hit["kind"], hit["slug"], hit["anchor"], word in hit["snippet"]) for hit in hits]

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(acknowledged, pool.map(search, [word for _, word, _ in acknowledged])))


def check_timeline(lab, incidents):
    """The timeline holds each acknowledged line once, and no other twice."""
    shown = json.loads(lab.run("incident", "show", lab.label, "--json"))
    texts = [line["text"] for line in shown["timeline"]]
    for identity, word, _ in incidents.acknowledged:
        times = texts.count(f"seen {word} here")
        if times != 1:
            yield f"the timeline holds {word} ({identity}) {times} times"
    if len(texts) != len(set(texts)):
        yield f"{len(texts) - len(set(texts))} lines stand in the timeline more than once"


def check_labels(lab, openings):
    """Each acknowledged opening is an incident, and each label is given once."""
    listed = json.loads(lab.run("incident", "list", "--json"))["incidents"]
    labels = [incident["label"] for incident in listed]
    if len(labels) != len(set(labels)):
        yield f"{len(labels) - len(set(labels))} labels are given more than once"
    titles = {incident["id"]: incident["title"] for incident in listed}
    for identity, word, _ in openings.acknowledged:
        if titles.get(identity) != f"{word} is down":
            yield f"the incident {identity} that was opened is called {titles.get(identity)}"


def check_publication(lab):
    """Whatever was cut off, the postmortem can be published, and its file says what stands."""
    lab.run("postmortem", "edit", lab.published, "lucky", "--text", "and then it ended")
    lab.run("postmortem", "publish", lab.published)
    folder = os.path.join(lab.workspace, "postmortems")
    if "and then it ended" not in lab.read(f"postmortems/{lab.published}.md"):
        yield "what was published is not what was written"
    extra = [name for name in os.listdir(folder) if name != f"{lab.published}.md"]
    if extra:
        yield f"left behind beside the postmortem: {sorted(extra)}"


def check(lab, notes, exercises, incidents, openings):
    """Everything that has to hold afterwards; gives what does not."""
    wrong = []
    lab.run("sync")
    # What a killed edit left beside a file is cleared by the next edit of that file.
    for number in range(RUNBOOKS):
        word = exercises.word()
        exercises.attempted.add(word)
        lab.run("worked", f"thing-{number}", "--step", "1", "--again", "--note", word)
    try:
        lab.run("verify")
    except Failure as failure:
        wrong.append(str(failure))

    acknowledged = notes.acknowledged + exercises.acknowledged
    ids = exported_ids(lab)
    if len(ids) != len(set(ids)):
        wrong.append(f"{len(ids) - len(set(ids))} ids are exported more than once")
    known = set(ids)
    all_of_them = acknowledged + incidents.acknowledged + openings.acknowledged
    lost = [identity for identity, _, _ in all_of_them if identity not in known]
    if lost:
        wrong.append(f"{len(lost)} acknowledged entries are lost: {lost[:3]}")

    now = found(lab, acknowledged)
    for (_, word, runbook), hits in now.items():
        if not any(slug == runbook and seen for _, slug, _, seen in hits):
            wrong.append(f"search does not lead from {word} to {runbook}: {hits}")
    lab.run("rebuild")
    anew = found(lab, acknowledged)
    differ = [one for one in acknowledged if now[one] != anew[one]]
    if differ:
        wrong.append(f"a rebuilt index answers {len(differ)} queries otherwise: {differ[:3]}")

    wrong.extend(check_timeline(lab, incidents))
    wrong.extend(check_labels(lab, openings))
    wrong.extend(check_publication(lab))
    wrong.extend(check_files(lab, exercises))
    return wrong


def check_files(lab, exercises):
    """Each runbook holds its old text, and rows that were asked for; acknowledged ones once."""
    words = {word: runbook for _, word, runbook in exercises.acknowledged}
    texts = {n: lab.read(f"runbooks/thing-{n}.md") for n in range(RUNBOOKS)}
    for word, runbook in words.items():
        times = texts[int(runbook.rsplit("-", 1)[1])].count(word)
        if times != 1:
            yield f"the row of {word} stands in {runbook} {times} times"
    for number, text in texts.items():
        rest = []
        for line in text.splitlines(keepends=True):
            ours = [word for word in exercises.attempted if word in line]
            if not ours:
                rest.append(line)
            elif text.count(ours[0]) != 1:
                yield f"{ours[0]} stands in thing-{number} more than once"
        if "".join(rest) != RUNBOOK.format(number=number):
            yield f"thing-{number} lost or gained something else:\n{''.join(rest)}"
    expected = {f"thing-{n}.md" for n in range(RUNBOOKS)} | {"page.md"}
    extra = set(os.listdir(os.path.join(lab.workspace, "runbooks"))) - expected
    if extra:
        yield f"left behind beside the runbooks: {sorted(extra)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()

    lab = Lab(options.program)
    print(f"{options.kills} kills, seed {options.seed}, in {lab.folder}", flush=True)
    lab.run("sync")
    opened = lab.run("incident", "open", "a thing stands still", "--severity", "P1", "--json")
    lab.label = json.loads(opened)["label"]
    lab.published = ready_to_publish(lab)
    stop = threading.Event()
    kills = Kills(options.kills, stop)
    loops = [
        kind(lab, options.seed * 10 + number, stop, kills)
        for number, kind in enumerate((Notes, Exercises, Incidents, Openings, Publications, Scans))
    ]
    started = time.monotonic()
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    seconds = time.monotonic() - started

    notes, exercises, incidents, openings, _, _ = loops
    wrong = [failure for loop in loops for failure in loop.failures]
    try:
        wrong.extend(check(lab, notes, exercises, incidents, openings))
    except Failure as failure:
        wrong.append(str(failure))
    runs = sum(loop.runs for loop in loops)
    print(
        f"{kills.count} of {runs} processes killed in {seconds:.0f} s; acknowledged: "
        f"{len(notes.acknowledged)} notes, {len(exercises.acknowledged)} exercises, "
        f"{len(incidents.acknowledged)} lines of a timeline, "
        f"{len(openings.acknowledged)} incidents"
    )
    if not wrong and not all(loop.acknowledged for loop in loops[:4]):
        wrong.append("nothing was acknowledged, so nothing was tested")
    if wrong:
        print(f"FAILED, {len(wrong)} findings; everything is kept in {lab.folder}")
        for finding in wrong[:20]:
            print(f"- {finding}")
        return 1
    print("nothing acknowledged was lost; verify is clean, search and rows agree")
    shutil.rmtree(lab.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
