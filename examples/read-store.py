"""Print the events of a store as lines of JSON: python3 read-store.py path/to/metrics.db

Needs Python 3.8 only; docs/format.md tells the format. Others may go on recording. Events that are still in the spool,
the folder beside the file, are not printed."""
import json, math, sqlite3, struct, sys, zlib

EPOCH_MICROS = 1_735_689_600_000_000  # stored times count from 2025-01-01T00:00:00Z
STEPS = {"ms": 1_000, "seconds": 1_000_000, "usd": 1_000_000_000, "bytes": 1}
NUMBERS = ("count", "delta", "measure")
unfold = lambda n: -(n + 1) // 2 if n % 2 else n // 2
class Block:
    """The rows of a sealed block, column by column; None where a cell is absent."""
    def __init__(self, data):
        assert data[0] == 1, "a block of an unknown version"
        self.data, self.at = data, 1
        self.rows = self.varint()
        lengths = [self.varint() for _ in range(self.varint())]
        self.starts = [self.at + sum(lengths[:i]) for i in range(len(lengths))]

    def varint(self):
        byte = self.take(1)[0]
        return byte if byte < 128 else byte - 128 + 128 * self.varint()

    def take(self, length):
        self.at += length
        return self.data[self.at - length : self.at]

    def packed(self):
        head = self.varint()
        return zlib.decompress(self.take(head // 2), -15) if head % 2 else self.take(head // 2)

    def list(self, length):
        form = self.varint()
        if form == 0: return [None] * length
        if form == 1: return [unfold(self.varint())] * length
        if form == 3: return [None if v != v else v for v in struct.unpack(f"<{length}d", self.packed())]
        flags = self.varint()
        top, deltas, folded, absent = flags % 8 + 1, flags & 8, flags & 16, flags >> 5
        base, step, value = unfold(self.varint()), self.varint(), unfold(self.varint()) if deltas else 0
        symbols = [symbol - absent for symbol in self.packed()]
        widths = [max(0, (symbol >> (top - 1)) - 1) for symbol in symbols]
        low, at, values = self.take((sum(widths) + 7) // 8), 0, []
        for symbol, width in zip(symbols, widths):
            bits = int.from_bytes(low[at // 8 : at // 8 + 8], "little") >> at % 8
            number, at = (symbol - (width << (top - 1)) << width) + (bits & (1 << width) - 1), at + width
            if symbol >= 0:
                value = (unfold(number) if folded else number) * step + base + (value if deltas else 0)
            values.append(value if symbol >= 0 else None)
        return values

    def numbers(self, place):
        self.at = self.starts[place]
        if self.data[self.at] != 4: return self.list(self.rows)
        _, keys_place, inputs = self.varint(), self.varint(), [self.varint() for _ in range(self.varint())]
        step, resume = self.varint(), self.at
        (codes, keys), inputs = self.coded(keys_place), [self.numbers(place) for place in inputs]
        self.at = resume
        rates, rest = self.list(len(keys) * len(inputs)), self.list(self.rows)
        for row, code in enumerate(codes):
            if rest[row] is not None:
                total = sum(rates[code * len(inputs) + i] * (cells[row] or 0) for i, cells in enumerate(inputs))
                rest[row] += math.floor(total / (1000 * step) + 0.5) * step
        return rest

    def coded(self, place):
        self.at = self.starts[place]
        form, length = self.varint(), self.varint()
        keys = [None] * (form >> 1) + ((self.varint(), json.loads(self.packed()))[1] if form & 1 else self.list(length))
        if len(keys) == 1: return [0] * self.rows, keys
        return (list(self.packed()) if len(keys) <= 256 else self.list(self.rows)), keys

    def cells(self, place, kind):
        if place >= len(self.starts): return [None] * self.rows  # a column added after the block was made
        if kind in NUMBERS: return self.numbers(place)
        codes, keys = self.coded(place)
        return [keys[code] for code in codes]

def value_of(cell, kind, unit, names):
    if kind == "names": return [names.get(number) for number in json.loads(cell)]
    if kind in ("id", "name", "one_of"): return names.get(cell)
    return bool(cell) if kind == "flag" else cell / STEPS[unit] if kind == "measure" else cell

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.execute("BEGIN")  # one moment for all tables
def blocks(query, *parameters):
    for data, crc in db.execute(query, parameters):
        if zlib.crc32(data) == crc: yield Block(data)  # others are damaged
names = dict(db.execute("SELECT id, s FROM dict"))
for block in blocks("SELECT b, crc FROM name_block"):
    ids, lengths, block.data, block.at = block.numbers(0), block.numbers(1), block.packed(), 0
    names.update((number, block.take(length).decode()) for number, length in zip(ids, lengths))
for metric, name, fields in db.execute("SELECT id, name, fields FROM metric ORDER BY id").fetchall():
    columns = json.loads(fields)
    rows = list(db.execute('SELECT * FROM "m_%s"' % name))  # t, o (origin), then the columns
    for block in blocks("SELECT b, crc FROM block WHERE metric = ?", metric):
        cells = [block.cells(i + 2, kind) for i, (_, kind, _) in enumerate(columns)]
        rows += zip(block.numbers(0), block.cells(1, "id"), *cells)
    for t, _, *row in sorted(rows, key=lambda row: row[0]):
        data = {f: value_of(c, kind, unit, names) for (f, kind, unit), c in zip(columns, row) if c is not None}
        print(json.dumps({"metric": name, "timestamp": (t + EPOCH_MICROS) / 1_000_000, "data": data}))
