"""Makes a catalogue of 50,000 parts as a network of several brands has it: components × sides × models × years.

Names are written as catalogues write them (前大灯总成-左 迈腾 2021款), numbers as makers do, and of further names there
is the English one alone: what people call a part besides is what the synonyms and `/alias` are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

COUNT = 50_000

# Component | how it is called in English | its sides: - none, l left and right, f front and rear, c the four corners.
_COMPONENTS = """
前大灯总成|headlamp|l
尾灯总成|tail lamp|l
前雾灯|fog lamp|l
转向灯|turn signal|l
日间行车灯|daytime running lamp|l
高位刹车灯|high brake lamp|-
牌照灯|licence plate lamp|-
外后视镜总成|door mirror|l
后视镜镜片|mirror glass|l
内后视镜|interior mirror|-
前保险杠|front bumper|-
后保险杠|rear bumper|-
前保险杠支架|front bumper bracket|l
中网|radiator grille|-
发动机罩|bonnet|-
发动机罩锁|bonnet lock|-
行李箱盖|boot lid|-
翼子板|wing|l
翼子板内衬|wheel arch liner|l
车门总成|door|c
车门密封条|door seal|c
门把手|door handle|c
门锁块|door lock|c
升降器总成|window regulator|c
升降器开关|window switch|c
车门玻璃|door glass|c
前挡风玻璃|windscreen|-
后挡风玻璃|rear window|-
天窗玻璃|sunroof glass|-
天窗电机|sunroof motor|-
雨刮片|wiper blade|f
雨刮电机|wiper motor|f
雨刮臂|wiper arm|f
喷水壶|washer tank|-
喷水电机|washer pump|-
刹车片|brake pad|f
刹车盘|brake disc|f
制动分泵|brake caliper|c
制动总泵|brake master cylinder|-
制动软管|brake hose|c
真空助力泵|brake booster|-
ABS泵|ABS unit|-
轮速传感器|wheel speed sensor|c
手刹拉线|handbrake cable|l
减震器|shock absorber|c
减震弹簧|coil spring|c
减震器顶胶|strut mount|l
下摆臂|lower control arm|l
上摆臂|upper control arm|l
稳定杆|stabiliser bar|f
稳定杆连杆|stabiliser link|c
转向拉杆|tie rod|l
转向拉杆球头|tie rod end|l
转向机总成|steering rack|-
转向助力泵|power steering pump|-
方向盘|steering wheel|-
轮毂轴承|wheel bearing|c
轮毂|wheel rim|-
轮毂盖|wheel cap|-
轮胎|tyre|-
轮胎压力传感器|tyre pressure sensor|-
半轴总成|drive shaft|l
半轴防尘套|drive shaft boot|l
传动轴|propeller shaft|-
离合器片|clutch disc|-
离合器总泵|clutch master cylinder|-
变速箱总成|gearbox|-
变速箱滤网|gearbox filter|-
变速箱油底壳|gearbox oil pan|-
换挡拉线|shift cable|-
发动机总成|engine|-
发动机支架|engine mount|l
发动机下护板|engine under tray|-
气缸盖|cylinder head|-
气缸垫|cylinder head gasket|-
气门室盖垫|valve cover gasket|-
活塞|piston|-
活塞环|piston ring|-
曲轴|crankshaft|-
曲轴油封|crankshaft seal|f
曲轴位置传感器|crankshaft position sensor|-
凸轮轴|camshaft|-
凸轮轴位置传感器|camshaft position sensor|-
正时皮带|timing belt|-
正时链条|timing chain|-
涨紧轮|tensioner|-
发电机皮带|alternator belt|-
发电机|alternator|-
起动机|starter|-
火花塞|spark plug|-
点火线圈|ignition coil|-
喷油嘴|injector|-
节气门|throttle body|-
进气歧管|intake manifold|-
排气歧管|exhaust manifold|-
三元催化器|catalytic converter|-
消声器|silencer|f
氧传感器|oxygen sensor|f
涡轮增压器|turbocharger|-
空气流量计|air flow meter|-
空气滤清器|air filter|-
空调滤清器|cabin filter|-
机油滤清器|oil filter|-
汽油滤清器|fuel filter|-
汽油泵|fuel pump|-
油箱|fuel tank|-
油箱盖|fuel cap|-
机油泵|oil pump|-
机油底壳|oil pan|-
机油冷却器|oil cooler|-
机油尺|dipstick|-
水泵|water pump|-
水箱|radiator|-
水箱盖|radiator cap|-
副水箱|expansion tank|-
节温器|thermostat|-
散热风扇|cooling fan|-
上水管|upper radiator hose|-
下水管|lower radiator hose|-
空调压缩机|air conditioning compressor|-
冷凝器|condenser|-
蒸发箱|evaporator|-
膨胀阀|expansion valve|-
鼓风机|blower|-
鼓风机电阻|blower resistor|-
暖风水箱|heater core|-
空调面板|climate control panel|-
蓄电池|battery|-
蓄电池支架|battery tray|-
蓄电池负极线|battery negative cable|-
动力电池总成|traction battery|-
驱动电机|drive motor|f
车载充电机|on-board charger|-
充电口总成|charging socket|-
高压线束|high voltage harness|-
DC转换器|DC converter|-
电机控制器|inverter|-
保险丝盒|fuse box|-
继电器|relay|-
喇叭|horn|-
组合开关|combination switch|-
点火开关|ignition switch|-
组合仪表|instrument cluster|-
中控显示屏|centre display|-
倒车雷达探头|parking sensor|f
倒车影像摄像头|reversing camera|-
毫米波雷达|radar sensor|f
行车记录仪|dash camera|-
发动机控制单元|engine control unit|-
车身控制模块|body control module|-
安全气囊|airbag|l
气囊游丝|clock spring|-
安全带总成|seat belt|c
座椅总成|seat|c
座椅加热垫|seat heating pad|l
遮阳板|sun visor|l
脚垫|floor mat|-
手套箱|glove box|-
杯架|cup holder|-
挡泥板|mud flap|c
车标|badge|f
钥匙|key|-
遥控器|remote control|-
备胎|spare wheel|-
千斤顶|jack|-
"""
SIDES = {
    "-": ("",),
    "l": ("左", "右"),
    "f": ("前", "后"),
    "c": ("左前", "右前", "左后", "右后"),
}
_IN_ENGLISH = {"左": "left", "右": "right", "前": "front", "后": "rear"}
MODELS = tuple(
    """
迈腾 帕萨特 速腾 朗逸 宝来 高尔夫 途观L 探岳 途昂 凌渡 POLO ID.3 ID.4 ID.6 A3 A4L A6L Q3 Q5L Q7 e-tron 3系 5系 X1 X3
X5 iX3 C级 E级 GLC EQB 汉EV 唐DM 宋PLUS 秦PLUS 海豚 海豹 元PLUS 比亚迪F3 Model3 ModelY ES6 ES8 ET5 P7 G9 理想L7 理想L9
问界M5 问界M7 卡罗拉 凯美瑞 雷凌 汉兰达 RAV4 雅阁 思域 CR-V 飞度 奥德赛 轩逸 天籁 奇骏 逍客 马自达3 CX-5 君威 君越 英朗
GL8 昂科威 科鲁兹 迈锐宝 福克斯 蒙迪欧 锐界 伊兰特 途胜 K3 狮铂 博越 星越L 帝豪 几何A 哈弗H6 坦克300 好猫 欧拉 宏光MINI
五菱星辰 宝骏510 CS75 UNI-V 逸动 瑞虎8 艾瑞泽5 传祺GS4 影豹 AION S AION Y 零跑C11 哪吒V 极氪001 红旗H5 红旗HS5 领克03
""".replace("AION S", "AIONS")
    .replace("AION Y", "AIONY")
    .split()
)
YEARS = ("2018", "2021", "2024")


class CatalogueEntry(NamedTuple):
    """One part, and what it is made of."""

    id: int
    part_no: str
    name: str
    aliases: str
    component: str
    side: str
    model: str
    year: str


def catalogue(count: int = COUNT) -> Iterator[CatalogueEntry]:
    """Make so many parts, always the same: of each component and side, those of every model and year in turn."""
    kinds = [
        (number, component, english, side)
        for number, line in enumerate(_COMPONENTS.split("\n")[1:-1])
        for component, english, sides in [line.split("|")]
        for side in SIDES[sides]
    ]
    made = 0
    for year in reversed(YEARS):
        for at, model in enumerate(MODELS):
            for number, component, english, side in kinds:
                if made == count:
                    return
                made += 1
                name = f"{component}{'-' if side else ''}{side} {model} {year}款"
                words = " ".join([english, *(_IN_ENGLISH[one] for one in side)])
                letter = "ABC"[YEARS.index(year)]
                part_no = f"{_maker(at)} {100 + number * 5 + _place(side):03} {_digits(at, year):03}{letter}"
                yield CatalogueEntry(made, part_no, name, words, component, side, model, year)


def _maker(model: int) -> str:
    """Return the three signs a model's numbers begin with, as 8K0 or 3GD."""
    return f"{model // 10 + 1}{'ABCDEFGHJK'[model % 10]}{'0DG'[model % 3]}"


def _place(side: str) -> int:
    return ("", "左", "右", "前", "后", "左前", "右前", "左后", "右后").index(side) % 5


def _digits(model: int, year: str) -> int:
    return (model * 37 + YEARS.index(year) * 211 + 101) % 900 + 100
