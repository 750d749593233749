"""Deals leads that lie in a table of any size, on a Spark cluster.

Each partition is piped through Evenhand's command line: once to be counted (`tally`), and once, when the shares of the whole are settled, to be
dealt (`plan --settlement`). Executors need Node and the package; nothing else is installed on them.

    spark-submit deal.py --leads leads.parquet --workspace workspace.json --command command.json --actor nina --now 2026-03-01T09:00:00Z --out dealt
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from itertools import chain

from pyspark.sql import SparkSession


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", required=True, help="Parquet, or CSV with a line of names (.csv)")
    parser.add_argument("--workspace", required=True, help="the configuration (JSON)")
    parser.add_argument("--command", required=True, help="a command that divides leads (JSON)")
    parser.add_argument("--actor", required=True)
    parser.add_argument("--now", required=True)
    parser.add_argument("--state", help="what earlier plans told to keep (JSON)")
    parser.add_argument("--out", required=True, help="a folder that is not there yet: lines of lead,receiver, and settlement.json")
    parser.add_argument("--shards", type=int, default=64, help="an executor's process holds one of them in memory at a time (64)")
    parser.add_argument("--evenhand", default="evenhand", help="how an executor starts the command line (evenhand)")
    return parser.parse_args()


def clocked(rows, waited):
    """The rows, and how long was waited for them."""
    total = 0.0
    try:
        while True:
            start = time.monotonic()
            try:
                row = next(rows)
            except StopIteration:
                return
            finally:
                total += time.monotonic() - start
            yield row
    finally:
        waited.add(total)


def piped(lines, command, clocks):
    """`lines.pipe(command)` with its time: how long programs ran, and how long of it they waited for Spark to bring their rows."""
    ran, waited = clocks
    # What goes in is read by a thread of `pipe`, what comes out is asked for here.
    out = lines.mapPartitions(lambda rows: clocked(rows, waited)).pipe(command, checkCode=True)
    return out.mapPartitions(lambda rows: clocked(rows, ran))


def main():
    asked = arguments()
    spark = SparkSession.builder.appName("evenhand").config("spark.sql.jsonGenerator.ignoreNullFields", "false").getOrCreate()
    context = spark.sparkContext
    # Each executor has these in its own folder.
    files = [asked.workspace, asked.command, *([asked.state] if asked.state else [])]
    for path in files:
        context.addFile(path)
    question = ["--workspace", os.path.basename(asked.workspace), "--command", os.path.basename(asked.command), "--actor", asked.actor, "--now", asked.now]
    if asked.state:
        question += ["--state", os.path.basename(asked.state)]
    question = " ".join(shlex.quote(word) for word in question)
    clocks = [context.accumulator(0.0), context.accumulator(0.0)]
    start = time.monotonic()

    with open(asked.workspace, encoding="utf-8") as file:
        config = json.load(file)
    leads = spark.read.csv(asked.leads, header=True) if asked.leads.endswith(".csv") else spark.read.parquet(asked.leads)
    # Ranges of ids: each lead then gets whom it would get if all were one table. Spark compares texts by their bytes, which is the order of code points.
    lines = leads.repartitionByRange(asked.shards, config["lead"]["id"]).toJSON()

    tallies = piped(lines, f"{asked.evenhand} tally {question}", clocks).collect()
    if len(tallies) != lines.getNumPartitions():
        sys.exit(f"{lines.getNumPartitions()} shards gave {len(tallies)} tallies")
    local = " ".join([f"{asked.evenhand} settle", question])
    folder = os.path.dirname(os.path.abspath(asked.workspace))
    settled = subprocess.run(shlex.split(local), input="\n".join(tallies), capture_output=True, text=True, cwd=folder)
    if settled.returncode != 0:
        sys.exit(f"the shares could not be settled:\n{settled.stderr}{settled.stdout}")
    settlement = os.path.join(folder, "settlement.json")
    with open(settlement, "w", encoding="utf-8") as file:
        file.write(settled.stdout)
    context.addFile(settlement)
    counted = time.monotonic()

    # A shard that is dealt again, on another executor, has the same rows and gives the same lines; if it had not, it would be refused as stale.
    numbered = lines.mapPartitionsWithIndex(lambda at, rows: chain([str(at)], rows))
    deal = f"{asked.evenhand} plan {question} --settlement settlement.json --shard - --csv"
    piped(numbered, deal, clocks).saveAsTextFile(asked.out)
    shutil.move(settlement, os.path.join(asked.out, "settlement.json"))
    end = time.monotonic()
    ran, waited = (clock.value for clock in clocks)
    print(json.dumps({"seconds": end - start, "tally": counted - start, "deal": end - counted, "piped": ran, "waited": waited}))
    spark.stop()


if __name__ == "__main__":
    main()
