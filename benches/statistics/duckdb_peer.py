"""The peer of the statistics benchmark: DuckDB does what `plimsoll load` and `assess` do.

One process per measurement; the harness (`cargo xtask bench statistics`) measures it from
outside. Each command prints one JSON object. Needs `pip install duckdb`, nothing else.

    duckdb_peer.py version
    duckdb_peer.py load-wide   --countries C.csv --out O.parquet --threads N FILE...
    duckdb_peer.py load-narrow --out O.parquet --threads N FILE...
    duckdb_peer.py query       --importer RUS --threads N GLOB
"""

import argparse
import json
import platform
import time

import duckdb

# The Common High Priority List of February 2024: 50 codes of HS 2022.
HIGH_PRIORITY = (
    "854231 854232 854233 854239 851762 852691 853221 853224 854800 847150 "
    "850440 851769 852589 852910 852990 853669 853690 854110 854121 854129 "
    "854130 854149 854151 854159 854160 848210 848220 848230 848250 880730 "
    "901310 901380 901420 901480 847180 848610 848620 848640 853400 854320 "
    "902750 903020 903032 903039 903082 845710 845811 845891 845961 846693"
).split()

# k is text: as a number it would lose its leading zero.
SOURCE = """read_csv({files}, header = true, delim = ',', quote = '', escape = '',
    nullstr = 'NA', auto_detect = false,
    columns = {{'t': 'SMALLINT', 'i': 'SMALLINT', 'j': 'SMALLINT', 'k': 'VARCHAR',
                'v': 'DOUBLE', 'q': 'DOUBLE'}})"""

# The columns of Plimsoll's `trade` table. `line` is the row's number in reading order, which
# Plimsoll keeps so that a figure can be followed back.
WIDE = """
COPY (
    SELECT
        'baci' AS dataset,
        '202801' AS vintage,
        'synthetic' AS source_id,
        {line} AS line,
        NULL::VARCHAR AS reporter,
        'export' AS flow,
        exporter.iso3 AS exporter,
        importer.iso3 AS importer,
        NULL::VARCHAR AS partner2,
        'reconciled' AS basis,
        'FOB' AS valuation,
        'HS2022' AS hs_revision,
        source.k AS hs_code,
        NULL::VARCHAR AS national_code,
        6::TINYINT AS level,
        'total' AS breakdown,
        source.t AS period,
        'A' AS period_kind,
        source.v * 1000 AS value_usd,
        source.v * 1000 AS value_reported,
        'USD' AS currency,
        source.q * 1000 AS net_weight_kg,
        source.q AS quantity,
        't' AS quantity_unit
    FROM {source} AS source
    LEFT JOIN countries AS exporter ON exporter.country_code = source.i
    LEFT JOIN countries AS importer ON importer.country_code = source.j
    ORDER BY importer, hs_code, exporter, period
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""

NARROW = """
COPY (
    SELECT t AS period, i AS exporter, j AS importer, k AS hs_code, v AS value, q AS quantity
    FROM {source}
    ORDER BY importer, hs_code, exporter, period
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""

QUERY = """
SELECT exporter, period, sum(value_usd) AS value_usd
FROM read_parquet('{glob}')
WHERE importer = '{importer}' AND hs_code IN ({codes})
GROUP BY exporter, period
ORDER BY exporter, period
"""

WARM_UPS = 2
REPEATS = 7


def literal(text):
    return text.replace("'", "''")


def source(files):
    return SOURCE.format(files="[" + ", ".join(f"'{literal(file)}'" for file in files) + "]")


def connect(threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    return connection


def load_wide(options):
    connection = connect(options.threads)
    connection.execute(
        "CREATE TABLE countries AS SELECT * FROM read_csv("
        f"'{literal(options.countries)}', header = true, auto_detect = false, "
        "columns = {'country_code': 'SMALLINT', 'iso3': 'VARCHAR'})"
    )
    line = "NULL::BIGINT" if options.no_line else "row_number() OVER ()"
    sql = WIDE.format(line=line, source=source(options.paths), out=literal(options.out))
    return timed(lambda: connection.execute(sql).fetchall())


def load_narrow(options):
    connection = connect(options.threads)
    sql = NARROW.format(source=source(options.paths), out=literal(options.out))
    return timed(lambda: connection.execute(sql).fetchall())


def timed(action):
    begun = time.perf_counter()
    rows = action()
    return {"seconds": time.perf_counter() - begun, "rows": rows[0][0]}


def query(options):
    connection = connect(options.threads)
    sql = QUERY.format(
        glob=literal(options.paths[0]),
        importer=literal(options.importer),
        codes=", ".join(f"'{code}'" for code in HIGH_PRIORITY),
    )
    seconds = []
    for _ in range(WARM_UPS + REPEATS):
        begun = time.perf_counter()
        rows = connection.execute(sql).fetchall()
        seconds.append(time.perf_counter() - begun)
    total = sum(float(row[2]) for row in rows)
    return {"seconds": min(seconds[WARM_UPS:]), "rows": len(rows), "value_usd": round(total)}


def version(_):
    return {"duckdb": duckdb.__version__, "python": platform.python_version()}


COMMANDS = {
    "version": version,
    "load-wide": load_wide,
    "load-narrow": load_narrow,
    "query": query,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--countries")
    parser.add_argument("--out")
    parser.add_argument("--importer", default="RUS")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-line", action="store_true", help="leave `line` empty")
    options = parser.parse_intermixed_args()
    print(json.dumps(COMMANDS[options.command](options)))


if __name__ == "__main__":
    main()
