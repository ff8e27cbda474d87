"""Recall and false alarms of the detectors on made-up worlds, beside two rules that analysts use.

    python3 benches/detectors/evaluate.py PLIMSOLL XTASK noise 1 200
    python3 benches/detectors/evaluate.py PLIMSOLL XTASK planted 1 20
    python3 benches/detectors/evaluate.py PLIMSOLL XTASK planted 1 20 diversion

PLIMSOLL and XTASK are the two programs. Worlds come from `cargo xtask simulate`; a finding is true
if exporter, importer and code are those of a planted event of the same detector; of a diversion,
if the hub is one through which planted goods went: its findings are of lists that hold all of them.
What `truth.json` names as a counterpart (who lost what another took over) counts as neither true
nor false. The
rules are "value of the window over that of the year before above 2 (or below one half)" and "mean
of the window more than 3 standard deviations of the baseline's months away from its mean", both
from the floor of 100,000 a year on. Standard library only.
"""

import collections, csv, json, math, os, subprocess, sys, tempfile

BY = {"surge": ["--by", "pair"]}


def world(xtask, kind, seed, strength, folder):
    words = [xtask, "simulate", "--kind", kind, "--seed", str(seed), "--out", folder]
    if strength:
        words += ["--strength", str(strength)]
    subprocess.run(words, check=True, capture_output=True)
    name = next(f for f in os.listdir(folder) if f.endswith(".csv"))
    return os.path.join(folder, name), json.load(open(os.path.join(folder, "truth.json")))


def find(plimsoll, store, detector, q, more=()):
    words = [plimsoll, "--store", store, "find", detector, "--q", str(q), "--format", "ndjson", "--period", "2022"]
    out = subprocess.run(words + BY.get(detector, []) + list(more), capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def key(subject):
    return subject.get("exporter"), subject.get("importer"), subject.get("goods")


def rules(file, tested):
    """Scores of both rules for each tested flow: larger is more."""
    months = collections.defaultdict(dict)
    for row in csv.DictReader(open(file)):
        if row["flow"] == "import":
            flow = (row["exporter"], row["importer"], row["hs_code"])
            months[flow][row["period"]] = float(row["value_usd"])
    reporters = {f[1] for f in months}
    for row in csv.DictReader(open(file)):
        if row["flow"] == "export" and row["importer"] not in reporters:
            flow = (row["exporter"], row["importer"], row["hs_code"])
            months[flow][row["period"]] = float(row["value_usd"])
    yoy, z = {}, {}
    for flow in tested:
        of = months[flow]
        year = lambda y: [of.get(f"{y}-{m:02d}", 0.0) for m in range(1, 13)]
        now, last = sum(year(2022)), sum(year(2021))
        base = year(2019) + year(2020) + year(2021)
        mean = sum(base) / 36
        sd = math.sqrt(sum((v - mean) ** 2 for v in base) / 35) or 1.0
        yoy[flow] = abs(math.log((now + 1) / (last + 1))) / math.log(2)
        z[flow] = abs(now / 12 - mean) / sd / 3
    return {"year on year over 100 %": yoy, "z over 3": z}


def noise(plimsoll, xtask, first, last):
    any_at = collections.defaultdict(lambda: [0, 0, 0])
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            file, _ = world(xtask, "noise", seed, None, folder)
            store = os.path.join(folder, "store")
            subprocess.run([plimsoll, "--store", store, "load", file], check=True, capture_output=True)
            best = collections.defaultdict(lambda: 1.0)
            for finding in find(plimsoll, store, "all", 1, ["--min-ratio", "1"]):
                detector = finding["detector"]
                best[detector] = min(best[detector], finding["q_value"] if finding["q_value"] is not None else 1.0)
            for detector, q in best.items():
                for i, limit in enumerate((0.01, 0.05, 0.10)):
                    any_at[detector][i] += q <= limit
    print(f"runs with any finding, of {last - first + 1}, at q = 1, 5, 10 %")
    for detector, counts in sorted(any_at.items()):
        print(detector, *counts)


def places(events):
    return {(e["exporter"], e["importer"], e["hs_code"]) for e in events}


def planted(plimsoll, xtask, first, last, only=None):
    plan = [("surge", s) for s in (2, 3, 5, 10)] + [("mirror-gap", s) for s in (2, 3, 5)]
    plan += [("unit-value", s) for s in (2, 3, 5)] + [("concentration", s) for s in (0.3, 0.6, 0.8)]
    plan += [("diversion", s) for s in (0.3, 0.5, 0.8)]
    plan = [(kind, s) for kind, s in plan if only in (None, kind)]
    print("| detector | strength | recall | false discoveries | | rule: recall / its false alarms / ours at as many |")
    for kind, strength in plan:
        events = hits = found = false = 0
        by_rule = collections.defaultdict(lambda: [0, 0, 0])
        for seed in range(first, last + 1):
            with tempfile.TemporaryDirectory() as folder:
                file, truth = world(xtask, kind, seed, strength, folder)
                store = os.path.join(folder, "store")
                subprocess.run([plimsoll, "--store", store, "load", file], check=True, capture_output=True)
                if kind == "diversion":
                    real = {e["hub"] for e in truth["events"]}
                    got = {f["subject"]["hub"] for f in find(plimsoll, store, kind, 0.05)}
                    events, hits = events + len(real), hits + len(real & got)
                    found, false = found + len(got), false + len(got - real)
                    continue
                real = places(e for e in truth["events"] if e["detector"] == kind)
                beside = places(truth.get("counterparts", [])) - real
                got = {key(f["subject"]) for f in find(plimsoll, store, kind, 0.05)} - beside
                ranked = find(plimsoll, store, kind, 1, ["--min-ratio", "1"])
                tested = [t for t in (key(f["subject"]) for f in ranked) if t not in beside]
                events += len(real)
                hits += len(real & got)
                found += len(got)
                false += len(got - real)
                if kind == "surge":
                    for rule, score in rules(file, tested).items():
                        chosen = {f for f in tested if score[f] >= 1}
                        wrong = len(chosen - real)
                        ours, seen = 0, 0
                        for f in tested:
                            if f in real:
                                ours += 1
                            else:
                                seen += 1
                                if seen > wrong:
                                    break
                        by_rule[rule][0] += len(chosen & real)
                        by_rule[rule][1] += wrong
                        by_rule[rule][2] += ours
        text = "; ".join(f"{r}: {a / events:.2f} / {b} / {c / events:.2f}" for r, (a, b, c) in by_rule.items())
        print(f"| {kind} | {strength} | {hits / max(events, 1):.2f} | {false / max(found, 1):.3f} | {hits}/{events}, {false} of {found} false | {text} |", flush=True)


if __name__ == "__main__":
    {"noise": noise, "planted": planted}[sys.argv[3]](sys.argv[1], sys.argv[2], int(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
