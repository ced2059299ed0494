"""`generate`: build the world, plant the nests, write the files and the truth."""

from __future__ import annotations

from pathlib import Path

from graphkit.generate import flows, goods, lookalikes, province, trade, welfare
from graphkit.generate.nests import SHAPES
from graphkit.generate.tables import COLUMNS
from graphkit.generate.truth import Truth
from graphkit.generate.world import World


def generate(
    out: Path, hospitals: int = 12, seed: int = 7, nests: int = 3, transactions_per_hospital: int | None = None
) -> dict[str, object]:
    """Write `out/files/*.csv` and `out/truth.json`; the same arguments give the same bytes.

    Nest number i has shape (seed + i) mod 5 + 1 and a hospital of its own. `transactions_per_hospital` sets the
    ordinary transfers around each hospital (default: 240–480). Gives `{"out", "files", "rows", "nests", "lookalikes"}`.
    ValueError unless 0 ≤ nests ≤ hospitals and hospitals ≥ 1.
    """
    if not 0 <= nests <= hospitals or hospitals < 1:
        raise ValueError(f"hospitals must be at least 1 and nests between 0 and hospitals, not {hospitals} and {nests}")
    w = World(seed)
    province.populate(w, hospitals)
    goods.catalogue(w)
    welfare.exclusions(w)
    counties = [welfare.county(w, number) for number in range((hospitals + 1) // 2)]
    order = w.stream("order").sample(w.hospitals, hospitals)
    planted = tuple(
        SHAPES[(seed + i) % len(SHAPES) + 1](w, h, counties[h.index % len(counties)], f"nest-{i + 1}")
        for i, h in enumerate(order[:nests])
    )
    likes = tuple(lookalikes.plant(w, order, counties))
    sizes = w.stream("sizes")
    for h in w.hospitals:
        trade.buy(w, h)
        trade.use(w, h)
        flows.noise(w, h, sizes.randint(240, 480) if transactions_per_hospital is None else transactions_per_hospital)
    flows.statement(w)
    files = out / "files"
    for template in COLUMNS:
        (files / f"{template}.csv").unlink(missing_ok=True)
    rows = w.tables.write(files)
    Truth(seed, planted, likes).write(out / "truth.json")
    return {"out": str(out), "files": w.tables.files, "rows": rows, "nests": len(planted), "lookalikes": len(likes)}
