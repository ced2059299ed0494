"""Names out of combinations: of people with natural homonym rates, of places and firms that do not exist."""

from __future__ import annotations

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
    "程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
)
"""Most frequent first; drawn with weight 1/(rank + 4), which is close to how surnames are spread."""

_WEIGHTS = [1 / (rank + 4) for rank in range(len(SURNAMES))]
_MALE = "伟强军建国志明海涛浩杰鹏飞宇航文斌勇刚峰磊超平东林波辉健俊毅鸿信义安宁德昌盛川岳"
_FEMALE = "芳娜敏静丽娟艳秀英霞玲桂兰梅雪琴云莉洁婷慧颖佳怡欣雨琳蓉月淑珍萍红燕晓若清雅"
_PLACES_A = "岚望溪砚槐芷棠朔榆墨禾汀澜栖霁砺"
_PLACES_B = "岫汀禾塘浦洲溪桥湾屿岭埠陂坞泉荻"
_BRAND_A = "云启恒嘉瑞博泽晟凯明宏景卓锦铭骏颐弘沐朗"
_BRAND_B = "栖禾岳衡澄屿曜昕甫珩笙芮楷砚榆穆樾苒蘅霁"

SUPPLIER_KINDS = ("医疗器械有限公司", "医疗科技有限公司", "医药有限公司", "医用材料有限公司", "健康产业有限公司")
MAKER_KINDS = ("医疗设备制造有限公司", "生物材料股份有限公司", "药业股份有限公司")
SHOP_KINDS = ("商贸有限公司", "餐饮服务有限公司", "家具有限公司", "物业服务有限公司", "汽车服务有限公司")
DEPARTMENTS = ("骨科", "心内科", "普外科", "神经外科", "妇产科", "儿科", "消化内科", "眼科")


def person_name(rng: Random, sex: str, surname: str | None = None) -> str:
    """A name of two or three characters; common ones come up often enough that strangers share them."""
    pool = _MALE if sex == "M" else _FEMALE
    first = surname or rng.choices(SURNAMES, _WEIGHTS)[0]
    return first + "".join(rng.choice(pool) for _ in range(1 if rng.random() < 0.3 else 2))


def county_name(number: int) -> str:
    """The name of the n-th county of the invented province; 256 differ."""
    size = len(_PLACES_A)
    first, shift = number % size, number // size
    return f"{_PLACES_A[first]}{_PLACES_B[(first + shift + 3) % size]}县"


def brand(number: int) -> str:
    """The n-th trade name: two characters for the first 400, three for 7,600 more."""
    size = len(_BRAND_A)
    low, high = number % size, number // size
    second = _BRAND_B[(low + high * 7) % size]
    return f"{_BRAND_A[low]}{second}" if high < size else f"{_BRAND_A[low]}{second}{_BRAND_B[high // size]}"
