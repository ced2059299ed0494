"""What hospitals buy: consumables and equipment with registered numbers, listed prices, and fair price draws."""

from __future__ import annotations

from datetime import date
from random import Random

from graphkit.generate.buying import Line
from graphkit.generate.codes import gtin
from graphkit.generate.tables import yuan
from graphkit.generate.world import World

CONSUMABLE_CODE, EQUIPMENT_CODE = "A08060000", "A02320000"
"""Purchase categories (品目)."""

CONSUMABLES = (
    ("一次性使用吻合器", 186_000),
    ("可吸收缝合线", 8_600),
    ("骨科锁定接骨板", 98_000),
    ("中心静脉导管", 21_500),
    ("一次性使用麻醉包", 6_800),
    ("血液透析器", 16_800),
    ("冠脉球囊扩张导管", 124_000),
    ("止血夹", 9_400),
    ("负压引流装置", 14_200),
    ("人工晶状体", 76_000),
)
"""Name and fair price in fen; item code HC01 … HC10."""

EQUIPMENT = (
    ("彩色超声诊断仪", 98_000_000),
    ("全自动生化分析仪", 76_000_000),
    ("移动式X射线机", 54_000_000),
    ("麻醉机", 38_000_000),
    ("电子胃肠镜系统", 112_000_000),
    ("血液净化装置", 21_000_000),
)
"""Name and fair price in fen; item code SB01 … SB06."""


def price_of(item: str) -> int:
    """The fair price of an item code, in fen."""
    return (CONSUMABLES if item.startswith("HC") else EQUIPMENT)[int(item[2:]) - 1][1]


def fair(rng: Random, item: str) -> int:
    """A price within 3 % of the fair one, in fen."""
    return price_of(item) * rng.randint(970, 1030) // 1000


def catalogue(w: World) -> None:
    """Rows of `items`, and of `prices` for the listed price, 10 % above the fair one."""
    for prefix, goods, category in (("HC", CONSUMABLES, "医用耗材"), ("SB", EQUIPMENT, "医用设备")):
        for number, (name, price) in enumerate(goods, start=1):
            item = f"{prefix}{number:02d}"
            w.tables.add(
                "items",
                item=item,
                name=name,
                udi_di=gtin(number + len(prefix) * 100 + price % 997),
                spec="通用型",
                reg_no=f"国械注准2019{3 if prefix == 'HC' else 2}{number:02d}{number:04d}",
                category=category,
                maker=w.makers[number % len(w.makers)].name,
                item_class="3" if prefix == "HC" else "2",
                vbp="no",
                unit="件" if prefix == "HC" else "台",
            )
            if prefix == "HC":
                w.tables.add(
                    "prices",
                    item=item,
                    source="listed",
                    price=yuan(price * 110 // 100),
                    unit="件",
                    region="99",
                    from_date=date(2020, 1, 1),
                )


def basket(rng: Random, target: int, size: int = 8) -> list[Line]:
    """Consumables at fair prices whose sum is about `target` fen."""
    chosen = sorted(rng.sample(range(1, len(CONSUMABLES) + 1), size))
    lines = []
    for number in chosen:
        item = f"HC{number:02d}"
        unit = fair(rng, item)
        lines.append((item, max(1, target * rng.randint(70, 130) // 100 // size // unit), unit))
    return lines


def total(lines: list[Line]) -> int:
    """The sum of the lines in fen."""
    return sum(qty * unit for _, qty, unit in lines)
