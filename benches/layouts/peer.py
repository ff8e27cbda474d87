"""Reads a text file as it stands and writes it as zstd Parquet: pandas or polars.

    peer.py pandas|polars csvX|json|lines|xml FILE OUT      (X: what stands between cells)
"""

import sys


def with_pandas(form, path, out):
    import pandas

    if form.startswith("csv"):
        frame = pandas.read_csv(path, sep=form[3:], low_memory=False)
    elif form == "lines":
        frame = pandas.read_json(path, lines=True)
    elif form == "xml":
        frame = pandas.read_xml(path, parser="etree").astype(str)
    else:
        frame = pandas.DataFrame(records(path)).astype(str)
    frame.to_parquet(out, compression="zstd")


def with_polars(form, path, out):
    import polars

    if form.startswith("csv"):
        frame = polars.read_csv(path, separator=form[3:], infer_schema_length=10_000, ignore_errors=True)
    elif form == "lines":
        frame = polars.read_ndjson(path, infer_schema_length=10_000)
    elif form == "xml":
        raise SystemExit("polars reads no XML")
    else:
        frame = polars.DataFrame(records(path), orient="row", strict=False)
    frame.write_parquet(out, compression="zstd")


def records(path):
    import json

    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    rows = rows.get("results") if isinstance(rows, dict) else rows
    return rows[1:] if isinstance(rows[0], list) else rows


if __name__ == "__main__":
    {"pandas": with_pandas, "polars": with_polars}[sys.argv[1]](*sys.argv[2:])
