"""A sample network in Guangdong, the same for the same seed: for trying the bot and for the demo. Nobody in it is real.

It comes as the rows of a workbook, so that it is taken in by the way every network is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from handlers.network.sheets import KINDS, Cell, Kind, Sheet, as_sheet

SampleRow = dict[str, Cell]

MOST_STORES = 60

# Code, district, latitude, longitude: in the order in which the stores join, neighbours of every region first.
_PLACES: tuple[tuple[str, str, float, float], ...] = (
    ("SZ", "福田", 22.5410, 114.0596),
    ("GZ", "天河", 23.1247, 113.3612),
    ("DG", "南城", 23.0207, 113.7518),
    ("FS", "南海", 23.0288, 113.1428),
    ("SZ", "南山", 22.5333, 113.9305),
    ("SZ", "宝安", 22.5553, 113.8831),
    ("GZ", "番禺", 22.9377, 113.3841),
    ("FS", "顺德", 22.8054, 113.2939),
    ("DG", "虎门", 22.8146, 113.6717),
    ("SZ", "龙岗", 22.7205, 114.2477),
    ("GZ", "白云", 23.1579, 113.2730),
    ("SZ", "龙华", 22.6569, 114.0449),
    ("GZ", "海珠", 23.0836, 113.3172),
    ("SZ", "罗湖", 22.5484, 114.1315),
    ("GZ", "黄埔", 23.1064, 113.4592),
    ("DG", "长安", 22.8040, 113.8030),
    ("FS", "禅城", 23.0095, 113.1224),
    ("SZ", "光明", 22.7490, 113.9359),
    ("GZ", "花都", 23.4041, 113.2202),
    ("DG", "松山湖", 22.9124, 113.8841),
    ("SZ", "坪山", 22.6908, 114.3464),
    ("FS", "三水", 23.1560, 112.8967),
    ("GZ", "增城", 23.2612, 113.8109),
    ("SZ", "盐田", 22.5570, 114.2372),
    ("GZ", "南沙", 22.8016, 113.5252),
    ("DG", "常平", 22.9750, 113.9920),
    ("FS", "高明", 22.9003, 112.8926),
    ("GZ", "荔湾", 23.1259, 113.2443),
    ("GZ", "越秀", 23.1292, 113.2668),
    ("GZ", "从化", 23.5483, 113.5867),
)
_CITIES = {"SZ": "深圳", "GZ": "广州", "DG": "东莞", "FS": "佛山"}
_REGIONS = {"SZ": "深圳", "GZ": "广州", "DG": "佛莞", "FS": "佛莞"}
_DEALERS = {
    "SZ": "鹏城汽车服务有限公司",
    "GZ": "羊城汽车服务有限公司",
    "FS": "羊城汽车服务有限公司",
    "DG": "莞城汽车服务有限公司",
}

_SURNAMES = "陈林黄李王张刘吴梁何罗郑谢许邓冯曾彭蔡潘袁叶余杜苏卢钟汪田谭"
_GIVEN_NAMES = (
    "志强建华晓东家豪俊杰伟明国栋海波文斌永康思远嘉欣丽华美玲雪梅敏仪婉婷秀英慧敏静怡"
    "子轩浩然宇航泽楷锦荣耀辉振邦少芬绮雯雅琴明月春燕立新德胜金生广福晓彤佩珊凯文启航"
)  # two letters each

# Number, name, further names, how many a store likes to have
_PARTS: tuple[tuple[str, str, str, int], ...] = (
    ("HL-1001-L", "前大灯-左", "左前大灯|左大灯|headlamp left|faro izquierdo", 3),
    ("HL-1001-R", "前大灯-右", "右前大灯|右大灯|headlamp right|faro derecho", 3),
    ("TL-1002-L", "尾灯-左", "左后尾灯|tail lamp left", 2),
    ("TL-1002-R", "尾灯-右", "右后尾灯|tail lamp right", 2),
    ("FL-1003", "前雾灯", "雾灯|fog lamp", 2),
    ("TS-1004-L", "转向灯-左", "左转向灯", 2),
    ("BP-2001", "刹车片(前)", "前刹车片|前制动片|brake pads front|pastillas delanteras", 6),
    ("BP-2002", "刹车片(后)", "后刹车片|后制动片|brake pads rear|pastillas traseras", 5),
    ("BD-2003", "刹车盘(前)", "前刹车盘|前制动盘|brake disc front", 3),
    ("BD-2004", "刹车盘(后)", "后刹车盘|brake disc rear", 2),
    ("BF-2005", "刹车油 DOT4 1L", "制动液|brake fluid", 6),
    ("BT-3001", "蓄电池 70Ah", "电瓶 70Ah|70Ah电瓶|battery 70Ah|batería 70Ah", 4),
    ("BT-3002", "蓄电池 60Ah", "电瓶 60Ah|60Ah电瓶|battery 60Ah", 4),
    ("AL-3003", "发电机", "交流发电机|alternator", 1),
    ("ST-3004", "起动机", "启动马达|starter", 1),
    ("SP-3005", "火花塞(4支装)", "火花塞|spark plugs", 6),
    ("IG-3006", "点火线圈", "高压包|ignition coil", 3),
    ("OF-4001", "机油滤清器", "机滤|oil filter", 9),
    ("AF-4002", "空气滤清器", "空滤|air filter", 8),
    ("CF-4003", "空调滤清器", "空调滤芯|cabin filter", 8),
    ("FF-4004", "燃油滤清器", "汽滤|fuel filter", 4),
    ("EO-4005", "机油 5W-30 4L", "全合成机油|engine oil", 9),
    ("CL-4006", "冷却液 4L", "防冻液|coolant", 6),
    ("TF-4007", "变速箱油 4L", "波箱油|transmission fluid", 4),
    ("WB-5001", "雨刮片(对)", "雨刷|wiper blades", 7),
    ("WS-5002", "前挡风玻璃", "前风挡|windscreen", 1),
    ("DM-5003-L", "外后视镜-左", "左倒车镜|door mirror left|retrovisor izquierdo", 2),
    ("DM-5003-R", "外后视镜-右", "右倒车镜|door mirror right|retrovisor derecho", 2),
    ("FB-5004", "前保险杠", "前杠|front bumper|parachoques delantero", 2),
    ("RB-5005", "后保险杠", "后杠|rear bumper", 2),
    ("FE-5006-L", "前翼子板-左", "左前叶子板|front wing left", 1),
    ("HD-5007", "发动机盖", "机盖|bonnet", 1),
    ("DH-5008-LF", "车门把手-左前", "左前门把手|door handle", 2),
    ("SA-6001-F", "前减震器(对)", "前避震|front shock absorbers", 2),
    ("SA-6002-R", "后减震器(对)", "后避震|rear shock absorbers", 2),
    ("CA-6003-L", "下摆臂-左", "左下控制臂|control arm left", 2),
    ("BJ-6004", "球头", "下球头|ball joint", 3),
    ("SL-6005", "稳定杆连杆", "小吊杆|stabilizer link", 3),
    ("WH-6006", "轮毂轴承(前)", "前轮轴承|wheel bearing", 2),
    ("TY-6007", "轮胎 225/50R17", "225/50R17轮胎|tyre 225/50R17", 5),
    ("WP-7001", "水泵", "water pump", 2),
    ("TB-7002", "正时皮带套装", "正时皮带|timing belt kit", 2),
    ("TH-7003", "节温器", "thermostat", 2),
    ("RD-7004", "水箱", "散热器|radiator", 1),
    ("OS-7005", "前氧传感器", "氧传感器|oxygen sensor", 2),
    ("AC-8001", "空调压缩机", "冷气泵|compressor", 1),
    ("CM-8002", "前视摄像头", "智驾摄像头|front camera", 1),
    ("RA-8003", "毫米波雷达(前)", "前雷达|front radar", 1),
    ("HV-8004", "高压线束", "橙色线束|high-voltage harness", 1),
    ("CP-8005", "交流充电枪 7kW", "充电枪|charging cable", 2),
)

# Who is known to everybody: where, name, level, specialties, windows
_KNOWN_TECHNICIANS = (
    (0, "张伟", "T3", "三电故障", "周三全天"),
    (1, "王强", "T3", "智能驾驶", "周五下午"),
    (2, "李娜", "T2", "钣喷", "周二上午"),
)
_SPECIALTIES = ("发动机", "变速箱", "钣喷", "底盘", "空调", "电气", "三电故障", "智能驾驶")
_WINDOWS = ("周一上午", "周二全天", "周三下午", "周四上午", "周四全天", "周五上午", "周六上午", "")
# Most are free once more in the week: a fault is seldom known by one of them alone.
_SECOND_WINDOWS = ("周二下午", "周四全天", "周四下午", "周五全天", "周五全天", "周六上午", "周六全天", "", "")
_CAPACITY = ((30, 32), (25, 20), (20, 12))  # red, yellow, green; then as it falls


def sample_workbook(stores: int = 15, seed: int = 1) -> dict[Kind, list[SampleRow]]:
    """Return a network of so many stores as the rows of its sheets; ValueError for fewer than 3 or more than 60."""
    if not 3 <= stores <= MOST_STORES:
        raise ValueError(f"a sample network has 3 to {MOST_STORES} stores, not {stores}")
    dice = random.Random(seed)  # noqa: S311 - a sample, not a secret
    places = [_place(index) for index in range(stores)]
    counts: dict[str, int] = {}
    codes = []
    for city, *_ in places:
        counts[city] = counts.get(city, 0) + 1
        codes.append(f"{city}{counts[city]:02}")
    capacities = [_CAPACITY[index] if index < len(_CAPACITY) else _capacity(dice) for index in range(stores)]
    names = _names(dice)
    technicians = list(_technicians(dice, codes, names, random.Random(f"{seed}:windows")))  # noqa: S311
    return {
        "stores": [
            _store(code, place, daily, index)
            for index, (code, place, (daily, _)) in enumerate(zip(codes, places, capacities, strict=True))
        ],
        "people": _numbered([*_people(dice, codes, places, names), *_as_people(technicians)]),
        "stock": [_stock(dice, part, codes) for part in _PARTS],
        "technicians": technicians,
        "capacity": [
            {"store": code, "daily_capacity": daily, "bookings": bookings}
            for code, (daily, bookings) in zip(codes, capacities, strict=True)
        ],
    }


def sample_sheets(stores: int = 15, seed: int = 1) -> list[Sheet]:
    """Return the sample network as the sheets of a workbook."""
    rows = sample_workbook(stores, seed)
    return [as_sheet(kind, rows[kind]) for kind in KINDS if kind in rows]


def _place(index: int) -> tuple[str, str, float, float]:
    """Return a district; once all have a store, a second one some way off."""
    city, district, latitude, longitude = _PLACES[index % len(_PLACES)]
    if index < len(_PLACES):
        return city, district, latitude, longitude
    return city, f"{district}二", round(latitude + 0.021, 4), round(longitude + 0.017, 4)


def _store(code: str, place: tuple[str, str, float, float], daily: int, index: int) -> SampleRow:
    city, district, latitude, longitude = place
    return {
        "code": code,
        "name": f"{_CITIES[city]}{district}店",
        "dealer": _DEALERS[city],
        "region": _REGIONS[city],
        "latitude": latitude,
        "longitude": longitude,
        "opens": "08:30" if index % 4 else "08:00",
        "closes": "18:00" if index % 3 else "20:00",
        "timezone": "Asia/Shanghai",
        "daily_capacity": daily,
        "emergencies": "是" if index % 5 == 0 else "否",
    }


def _people(
    dice: random.Random, codes: list[str], places: list[tuple[str, str, float, float]], names: Iterator[str]
) -> Iterator[SampleRow]:
    yield {"name": next(names), "role": "总部", "store": None}
    yield {"name": next(names), "role": "总部", "store": None}
    yield {"name": next(names), "role": "财务", "store": None}
    yield {"name": next(names), "role": "审计", "store": None}
    for region in dict.fromkeys(_REGIONS[city] for city, *_ in places):
        yield {"name": next(names), "role": "区域经理", "store": region}
    for code in codes:
        yield {"name": next(names), "role": "店长", "store": code}
        yield {"name": next(names), "role": "副店长", "store": code}
        for _ in range(dice.choice((1, 1, 2))):
            yield {"name": next(names), "role": "服务顾问", "store": code}


def _technicians(
    dice: random.Random, codes: list[str], names: Iterator[str], second: random.Random
) -> Iterator[SampleRow]:
    for index, code in enumerate(codes):
        for place, name, level, specialties, windows in _KNOWN_TECHNICIANS:
            if place == index:
                yield _technician(code, name, level, specialties, windows)
        for _ in range(2):
            level = dice.choice(("T1", "T2", "T2", "T3"))
            specialties = "、".join(dice.sample(_SPECIALTIES[:6], 1 if level == "T1" else 2))
            yield _technician(code, next(names), level, specialties, _windows(dice.choice(_WINDOWS), second))


def _windows(first: str, dice: random.Random) -> str:
    """Add a second window on another day; who is busy has none."""
    others = [one for one in _SECOND_WINDOWS if one[:2] != first[:2]]
    return "、".join(filter(None, (first, dice.choice(others)))) if first else ""


def _technician(store: str, name: str, level: str, specialties: str, windows: str) -> SampleRow:
    return {
        "store": store,
        "name": name,
        "level": level,
        "specialties": specialties,
        "status": "可支援" if windows else "忙",
        "windows": windows or None,
    }


def _as_people(technicians: list[SampleRow]) -> Iterator[SampleRow]:
    return ({"name": one["name"], "role": "技师", "store": one["store"]} for one in technicians)


def _numbered(people: list[SampleRow]) -> list[SampleRow]:
    """Give everybody a phone of a range in which nobody answers."""
    return [{**one, "phone": f"1390000{number:04}", "language": None} for number, one in enumerate(people, 1)]


def _names(dice: random.Random) -> Iterator[str]:
    """Yield names, each once."""
    given_names = [_GIVEN_NAMES[start : start + 2] for start in range(0, len(_GIVEN_NAMES), 2)]
    names = [surname + given for surname in _SURNAMES for given in given_names]
    dice.shuffle(names)
    return iter(names)


def _stock(dice: random.Random, part: tuple[str, str, str, int], codes: list[str]) -> SampleRow:
    """Fill a part's row: some stores have none, a few have far too many."""
    part_no, name, aliases, likes = part
    row: SampleRow = {"part_no": part_no, "part": name, "aliases": aliases}
    for code in codes:
        if dice.random() < 0.22:
            row[code] = 0
        elif dice.random() < 0.04:
            row[code] = likes * 4 + dice.randint(2, 6)  # it lies dead there
        else:
            row[code] = dice.randint(1, likes + 1)
    if name == "前大灯-左":
        row.update(dict(zip(codes[:4], (2, 0, 3, 1), strict=False)))  # 深圳2 广州0 东莞3 佛山1
    return row


def _capacity(dice: random.Random) -> tuple[int, int]:
    daily = dice.randrange(18, 37, 2)
    return daily, round(daily * dice.uniform(0.5, 1.1))
