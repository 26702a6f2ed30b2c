"""Metrics of a real server against the dashboard and the alert rules of ops/, and their cost: the drill `metrics`."""

import contextlib
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from server import FakeModels, free_port, serving, unread_stream

OPS = Path(__file__).resolve().parents[2] / "ops"
# Labels that Prometheus adds, and that of histograms' buckets.
OUTER_LABELS = {"instance", "job", "le"}
# Maximum share of a search's time that metrics may take.
MAX_OVERHEAD = 0.02


def metrics(rag, short):
    """Every metric, label and value that the dashboard and the alerts name is exported, the log has no words of requests, and metrics cost at most 2 % of a search."""
    models, port = FakeModels(piece="lantern and ferry ", piece_s=0.02), free_port()
    settings = {**models.chat_settings(), "answer.max_answer_chars": 2000}
    with serving(rag, {**settings, "server.metrics_bind": f"127.0.0.1:{port}"}) as server, serving(rag, settings) as other:
        for one in (server, other):
            fill(one)
        exercise(server)
        exported = read_metrics(port)
        expressions = read_expressions()
        for place, expression in expressions:
            compare(place, expression, exported)
        print(f"  {len(expressions)} expressions name {len(exported)} metrics as they are")
        log = Path(server.log.name).read_text()
        assert "/v1/sessions" in log and not any(word in log for word in ("secretword", "lanterns")), "people's words are in the log"
        evaluate(expressions, port, server)
        measure(server, other, 3 if short else 40, short)


def fill(server):
    collection = server.ok("POST", "/v1/collections", {"name": "drill"})["id"]
    jobs = [server.upload(collection, f"{n}.txt", f"House {n} has {n} lanterns and a keeper.".encode())[1]["job"]["id"] for n in range(50)]
    server.wait_for_jobs(jobs, 300)


def exercise(server):
    """Requests of each kind, so that each metric has a value."""
    server.ok("POST", "/v1/search", {"query": "lanterns"})
    server.ok("POST", "/v1/search", {"query": "lanterns", "filter": {"source": "nowhere"}})
    server.ok("POST", "/v1/ask", {"question": "How many lanterns has house 7?"})
    server.call("GET", "/v1/sessions?q=secretword")
    stream = unread_stream(server, "How many lanterns has house 8?")
    time.sleep(1)
    stream.close()


def read_metrics(port):
    """For each series name its labels, and for each label its values."""
    exported = {}
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    for name, labels in re.findall(r"(?m)^(\w+)(?:\{(.*)\})? ", text):
        known = exported.setdefault(name, {})
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            known.setdefault(label, set()).add(value)
    return exported


def read_expressions():
    """Place and text of each PromQL expression."""
    dashboard = json.loads((OPS / "grafana-dashboard.json").read_text())
    found = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]
    rules = (OPS / "prometheus-rules.yaml").read_text()
    for alert in rules.split("- alert: ")[1:]:
        expression = re.search(r"expr: (?:>-\n)?((?:.*\n)+?) +for:", alert)[1]
        found.append((alert.split("\n")[0], " ".join(expression.split())))
    assert len(found) > 20
    return found


def compare(place, expression, exported):
    names = re.findall(r"(rag_\w+)(?:\{([^}]*)\})?", expression)
    assert names, f"{place}: no metric in {expression}"
    for name, matchers in names:
        assert name in exported, f"{place}: {name} is not exported"
        for label, operator, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)"([^"]*)"', matchers):
            assert label in exported[name] or label in OUTER_LABELS, f"{place}: {name} has no label {label}"
            if label not in OUTER_LABELS:
                # Not every class of status occurs here: 5xx is as good as 2xx.
                known = {re.sub(r"\d", "N", seen) for seen in exported[name][label]}
                unknown = {re.sub(r"\d", "N", one) for one in value.split("|")} - known
                assert not unknown, f"{place}: {name} has no {label} {unknown}, but {known}"
    labels = set().union(*(exported[name] for name, _ in names)) | OUTER_LABELS
    for group in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression):
        unknown = {label.strip() for label in group.split(",")} - labels
        assert not unknown, f"{place}: no metric there has the label {unknown}"


def evaluate(expressions, port, server):
    """Asks a real Prometheus for each expression: all of the dashboard give values, and no alert fires."""
    if not shutil.which("prometheus"):
        return print("  left out: Prometheus is missing, which would evaluate the expressions")
    with tempfile.TemporaryDirectory() as folder, prometheus(folder, port) as address:
        def ask(expression):
            expression = expression.replace("$__rate_interval", "10s").replace("$instance", ".*")
            with urllib.request.urlopen(f"{address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}") as answer:
                return json.load(answer)["data"]["result"]

        until = time.monotonic() + 60
        while True:
            exercise(server)
            empty = [place for place, expression in expressions if not place.startswith("Rag") and not ask(expression)]
            if not empty:
                break
            assert time.monotonic() < until, f"no values for {empty}"
        firing = [place for place, expression in expressions if place.startswith("Rag") and ask(expression)]
        assert not firing, f"alerts of a healthy server: {firing}"
    print("  Prometheus finds values for every panel, and no reason for an alert")


@contextlib.contextmanager
def prometheus(folder, port):
    listen = free_port()
    config = {"global": {"scrape_interval": "1s"}, "rule_files": [str(OPS / "prometheus-rules.yaml")],
              "scrape_configs": [{"job_name": "rag", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}]}
    # YAML includes JSON.
    Path(folder, "prometheus.yml").write_text(json.dumps(config))
    with open(f"{folder}/log", "w") as log:
        process = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                    f"--web.listen-address=127.0.0.1:{listen}"], stdout=log, stderr=log)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{listen}/-/ready").close()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{listen}"
    finally:
        process.terminate()
        process.wait()


def measure(with_metrics, without, rounds, short):
    """Searches on both servers by turns; the medians of the rounds' medians."""
    medians = {with_metrics: [], without: []}
    for number in range(rounds):
        # The order alternates, so that a machine that becomes slower does not favour one of them.
        for server in (with_metrics, without) if number % 2 else (without, with_metrics):
            times = []
            for query in range(50):
                since = time.perf_counter()
                server.ok("POST", "/v1/search", {"query": f"keeper of house {query}"})
                times.append(time.perf_counter() - since)
            medians[server].append(statistics.median(times))
    on, off = (statistics.median(medians[server]) * 1e3 for server in (with_metrics, without))
    print(f"  search p50 of {rounds * 50} by turns: {on:.2f} ms with metrics, {off:.2f} ms without ({(on / off - 1) * 100:+.1f} %)")
    assert short or on <= off * (1 + MAX_OVERHEAD), "metrics are too expensive"
