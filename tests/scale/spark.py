"""The example for Spark, held against one table: python spark.py FOLDER LEADS [RUN…]

Deals as many leads with one executor, with two, and with two of which one is killed (or only the runs that are named), and compares every row with what one engine comes to that holds
all of them. Prints wall times and what share of them was spent in programs that `pipe` ran. Wants `spark-submit` and Node on the path.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

from pyspark.sql import SparkSession

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(ROOT, "www-demo/examples/spark")
PACKAGE = os.path.join(ROOT, "pkg")
SUBMIT = ["--conf", "spark.ui.enabled=false", "--conf", "spark.executor.memory=1g", "--conf", "spark.driver.memory=2g"]
SHARD = 250_000
# How many executors each run has; of the last, one is killed.
RUNS = {"one-executor": 1, "two-executors": 2, "one-killed": 2}


def parquet(folder):
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "2g").getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    leads = spark.read.csv(os.path.join(folder, "leads.csv"), header=True)
    leads.withColumn("version", leads["version"].cast("int")).write.parquet(os.path.join(folder, "leads.parquet"))
    spark.stop()


def descendants(process):
    """The processes that a process started, and those that they did."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, more = set(), {process}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in found} - found
    return found


def executors(process):
    found = []
    for pid in descendants(process):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words and b"java" in os.path.basename(words[0]):
            found.append(pid)
    return found


def deal(folder, name, executor_count, shards, kill=False):
    out = os.path.join(folder, name)
    question = ["--workspace", f"{folder}/workspace.json", "--command", f"{folder}/command.json", "--actor", "nina", "--now", "2026-03-01T09:00:00Z"]
    command = ["spark-submit", "--master", f"local-cluster[{executor_count},1,1024]", *SUBMIT, f"{EXAMPLE}/deal.py", "--leads", f"{folder}/leads.parquet", *question]
    command += ["--out", out, "--shards", str(shards), "--evenhand", f"node {PACKAGE}/cli.js"]
    log = os.path.join(folder, f"{name}.log")
    start = time.monotonic()
    with open(log, "wb") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, cwd=folder) as process:
        killed = 0
        while kill and process.poll() is None and killed == 0:
            # While shards are being dealt, and some of them are done.
            tasks = os.path.join(out, "_temporary/0")
            if os.path.isdir(tasks) and any(task.startswith("task_") for task in os.listdir(tasks)):
                victim = min(executors(process.pid), default=None)
                if victim is not None:
                    os.kill(victim, signal.SIGKILL)
                    killed = victim
            time.sleep(0.05)
        said = process.stdout.read().decode()
    if process.returncode != 0:
        sys.exit(f"{name} failed; see {log}")
    if kill:
        with open(log, encoding="utf-8", errors="replace") as file:
            if killed == 0 or "Lost executor" not in file.read():
                sys.exit(f"no executor was killed while {name} ran")
    clock = json.loads(said.strip().splitlines()[-1])
    tasks = clock["seconds"] * executor_count
    print(
        f"{name}: {clock['seconds']:.1f} s ({time.monotonic() - start:.1f} s with the start of Spark), counting {clock['tally']:.1f} s and dealing {clock['deal']:.1f} s; "
        f"programs ran {clock['piped']:.1f} s, {clock['piped'] / tasks:.0%} of {executor_count} × the wall time, and waited {clock['waited']:.1f} s of it for their rows",
        flush=True,
    )
    return out


def main():
    folder, leads = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["SPARK_LOCAL_DIRS"] = os.path.join(folder, "spark")
    subprocess.run(["node", os.path.join(EXAMPLE, "sample.mjs"), folder, str(leads)], check=True)
    parquet(folder)
    shards = max(8, -(-leads // SHARD))
    outs = [deal(folder, name, RUNS[name], shards, kill=name == "one-killed") for name in sys.argv[3:] or RUNS]
    check = ["node", "--max-old-space-size=4096", os.path.join(ROOT, "tests/scale/one-table.mjs"), folder, str(leads), *outs]
    told = subprocess.run(check, stdout=subprocess.PIPE, env={**os.environ, "EVENHAND": os.path.join(PACKAGE, "node.js")})
    print(told.stdout.decode().strip())
    shutil.rmtree(folder)
    if told.returncode != 0:
        sys.exit("the cluster's rows are not those of one table")
    print(f"{leads} leads over {shards} shards: every row is that of one table, in {len(outs)} of {len(outs)} runs")


if __name__ == "__main__":
    main()
