"""What the trade calls the same thing: 电瓶 is 蓄电池. A network adds its own words with `/alias`, or takes one out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, islice

from handlers.boards.names import word_of

# What people say, and what catalogues write; whichever of them a catalogue has is found by the others.
TRADE = """
电瓶 蓄电池
机滤 机油滤清器
机油格 机油滤清器
机油滤芯 机油滤清器
空滤 空气滤清器
空气格 空气滤清器
空气滤芯 空气滤清器
空调滤 空调滤清器
空调格 空调滤清器
空调滤芯 空调滤清器
冷气滤芯 空调滤清器
花粉滤清器 空调滤清器
汽滤 汽油滤清器
汽油格 汽油滤清器
汽油滤芯 汽油滤清器
燃油滤清器 汽油滤清器
雨刷 雨刮
雨刮器 雨刮片
雨刷器 雨刮片
刹车皮 刹车片
来令片 刹车片
刹车碟 刹车盘
刹车 制动
卡钳 制动分泵
避震器 减震器
避震 减震器
减振器 减震器
引擎盖 发动机罩
机盖 发动机罩
发动机盖 发动机罩
引擎 发动机
后备箱 行李箱
尾箱 行李箱
后备厢 行李箱
倒车镜 后视镜
反光镜 后视镜
耳朵 后视镜
前杠 前保险杠
后杠 后保险杠
大包围 保险杠
叶子板 翼子板
启动机 起动机
马达 起动机
高压包 点火线圈
点火包 点火线圈
火嘴 火花塞
火咀 火花塞
散热器 水箱
散热网 水箱
冷气泵 空调压缩机
空调泵 空调压缩机
前风挡 前挡风玻璃
后风挡 后挡风玻璃
前挡 前挡风玻璃
后挡 后挡风玻璃
角灯 转向灯
后灯 尾灯
后大灯 尾灯
头灯 前大灯
方向机 转向机
波箱 变速箱
变速器 变速箱
消音器 消声器
排气筒 消声器
仪表盘 仪表
胎压 轮胎压力
行车电脑 发动机控制单元
节油阀 节气门
钢圈 轮毂
轮圈 轮毂
轮辋 轮毂
恒温器 节温器
轴头 轮毂轴承
三角臂 下摆臂
羊角 转向节
球笼 半轴
千斤 千斤顶
电喇叭 喇叭
"""
_LETTERS = re.compile("[a-z]{4,}")
# So many other ways to say it are tried at the most.
MOST_SAYINGS = 4


class Synonyms:
    """Know which words mean the same, and say a name in other words."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        of_one: dict[str, list[str]] = {}
        for word, means in self.words.items():
            of_one.setdefault(means, [means]).append(word)
        self._others = {
            word: [other for other in group if other != word] for group in of_one.values() for word in group
        }
        self._longest = sorted(self._others, key=len, reverse=True)

    def with_own(self, own: Iterable[tuple[str, str]]) -> Synonyms:
        """Return these with a network's own; a word that means nothing there is no synonym."""
        words = self.words | dict(own)
        return Synonyms({word: means for word, means in words.items() if means})

    def others(self, said: str, is_known: Callable[[str], bool]) -> list[str]:
        """Say it in other words, the longest that are in it first, also in pinyin, as far as they are known."""
        found: list[str] = []
        left = said
        for piece, word in chain(((word, word) for word in self._longest), self._spelt(said)):
            if piece not in left:
                continue
            left = left.replace(piece, " ")
            others = islice(filter(is_known, self._others[word]), MOST_SAYINGS - len(found))
            found.extend(said.replace(piece, other) for other in others)
            if len(found) == MOST_SAYINGS:
                break
        return found

    def _spelt(self, said: str) -> Iterator[tuple[str, str]]:
        """Give the words that stand in it in pinyin."""
        for piece in _LETTERS.findall(said):
            word = self._by_pinyin.get(piece)
            if word is not None:
                yield piece, word

    @cached_property
    def _by_pinyin(self) -> dict[str, str]:
        return {word_of(word).pinyin: word for word in self._others if word.isalnum() and not word.isascii()}


SYNONYMS = Synonyms(dict(line.split() for line in TRADE.split("\n")[1:-1]))
