"""The peers of the evaluation of names: nomenklatura's logic-v2 and rapidfuzz, from PyPI.

`cargo xtask eval names` writes the sets and calls this; it prints one JSON object a line. A peer
that is not installed is left out. Needs nothing but `pip install rapidfuzz nomenklatura anyascii`.

    peers.py pairs  SET.tsv…            lines: schema, name, name, 1 or 0
    peers.py list   LIST.tsv QUERIES.tsv   lines: entity, name…; entity or empty, schema, name
    peers.py speed  LIST.tsv QUERIES.tsv   processor time of rapidfuzz's scan of all names
"""

import itertools
import json
import sys
import time
from pathlib import Path

try:
    from rapidfuzz import fuzz, process
except ImportError:
    fuzz = None
try:
    from anyascii import anyascii
except ImportError:
    anyascii = str
try:
    from followthemoney import model
    from nomenklatura.matching import get_algorithm

    LOGIC = get_algorithm("logic-v2")
except Exception:  # Not installed, or of another version.
    LOGIC = None


def plain(name):
    return " ".join(sorted(anyascii(name).lower().replace(",", " ").split()))


def entity(schema, name, number):
    return model.get_proxy({"id": number, "schema": schema, "properties": {"name": [name]}})


COUNT = itertools.count()


def logic_v2(schema, one, other):
    schema = "Person" if schema == "Person" else "Organization"
    config = LOGIC.default_config()
    # It keeps what it made of an entity by the entity's id, so that no id may come twice.
    a, b = (entity(schema, name, f"e{next(COUNT)}") for name in (one, other))
    return LOGIC.compare(a, b, config).score


def rows(path):
    return [line.split("\t") for line in Path(path).read_text().split("\n") if line]


def at_share(same, other, share):
    """Recall where so many of the others are flagged: ties at the threshold are not flagged."""
    other = sorted(other, reverse=True)
    at = other[int(len(other) * share)] if other else 0
    return sum(s > at for s in same) / max(len(same), 1)


def figures(same, other, threshold):
    tp, fp = sum(s >= threshold for s in same), sum(s >= threshold for s in other)
    return {
        "f1": 2 * tp / max(tp + fp + len(same), 1),
        "recall": tp / max(len(same), 1),
        "flagged": fp / max(len(other), 1),
        "recall_at_1": at_share(same, other, 0.01),
        "recall_at_5": at_share(same, other, 0.05),
    }


def pairs(paths):
    for path in paths:
        name, lines = Path(path).stem, rows(path)
        peers = []
        if fuzz:
            peers.append(("rapidfuzz token_sort", lambda s, a, b: fuzz.ratio(plain(a), plain(b)), 85))
        if LOGIC:
            peers.append(("nomenklatura logic-v2", logic_v2, 0.7))
        for peer, score, threshold in peers:
            # logic-v2 takes its time: a part of a large set will do.
            used = lines if len(lines) <= 2700 or not peer.startswith("nomen") else lines[:2700]
            begun = time.process_time()
            scored = [(score(s, a, b), same == "1") for s, a, b, same in used]
            micros = (time.process_time() - begun) / max(len(used), 1) * 1e6
            same = [v for v, is_same in scored if is_same]
            other = [v for v, is_same in scored if not is_same]
            out = {"set": name, "peer": peer, "n": len(used), "us": round(micros, 1)}
            print(json.dumps(out | figures(same, other, threshold)), flush=True)


def scan(list_path, queries_path):
    entities, names = [], []
    for entity_id, *own in rows(list_path):
        for name in own:
            entities.append(entity_id)
            names.append(plain(name))
    queries = [(meant, plain(name)) for meant, _, name in rows(queries_path)]
    return entities, names, queries


def of_list(list_path, queries_path):
    if not fuzz:
        return
    entities, names, queries = scan(list_path, queries_path)
    same, other, first = [], [], 0
    for meant, name in queries:
        scores = process.cdist([name], names, scorer=fuzz.ratio, workers=1)[0]
        if meant:
            own = max((s for s, e in zip(scores, entities) if e == meant), default=0)
            same.append(float(own))
            first += entities[int(scores.argmax())] == meant
        else:
            other.append(float(scores.max()))
    out = {"set": Path(queries_path).stem, "peer": "rapidfuzz token_sort", "n": len(queries)}
    out |= figures(same, other, 85)
    print(json.dumps(out | {"top_1": first / max(len(same), 1)}), flush=True)


def speed(list_path, queries_path):
    if not fuzz:
        return
    _, names, queries = scan(list_path, queries_path)
    raw = [anyascii(n) for _, *own in rows(list_path) for n in own]
    times = []
    for _, name in queries[:300]:
        begun = time.process_time()
        process.cdist([name], names, scorer=fuzz.ratio, workers=1)
        times.append((time.process_time() - begun) * 1e6)
    times.sort()
    asked = [anyascii(name) for _, _, name in rows(queries_path)][:200]
    begun = time.process_time()
    process.cdist(asked, raw, scorer=fuzz.token_sort_ratio, workers=1)
    batch = (time.process_time() - begun) / len(asked) * 1e6
    begun = time.process_time()
    process.cdist([n for _, n in queries[:300]], names, scorer=fuzz.ratio, workers=1)
    presorted = (time.process_time() - begun) / 300 * 1e6
    print(
        json.dumps(
            {
                "names": len(names),
                "single_presorted_p50_us": times[len(times) // 2],
                "batch_token_sort_us": batch,
                "batch_presorted_us": presorted,
            }
        )
    )


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    {"pairs": pairs, "list": lambda p: of_list(*p), "speed": lambda p: speed(*p)}[command](paths)
