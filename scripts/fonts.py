"""Make the fonts of the PDF reports anew: ``python -m scripts.fonts``.

Each file is a font of Google Fonts as a pinned npm package has it, whole or cut to the
characters that names need. Needs npm, and fonttools 4.68.0 in an environment of its
own; the same packages give the same bytes. What was made, and of what, is written to
``treatments/reports/fonts/sources.json``.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FONTS = Path(__file__).resolve().parent.parent / "treatments" / "reports" / "fonts"
# The hash is that of the package's archive.
PACKAGES = {
    "Inter": (
        "@expo-google-fonts/inter@0.4.2",
        "b5c1e5878c07a5637169da9f7b1f370c69709f1f8de55998e2522f7aa9dfe2a9",
    ),
    "NotoSansSC": (
        "@expo-google-fonts/noto-sans-sc@0.4.3",
        "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
    ),
    "NotoSansKR": (
        "@expo-google-fonts/noto-sans-kr@0.4.3",
        "7614af529705ea48e8b76cb3b056b92db66b7625ef3fc97ce76366063df94d3f",
    ),
    "NotoSansJP": (
        "@expo-google-fonts/noto-sans-jp@0.4.3",
        "563ee80509692e2b2f42ceae6a0b82afecb90daa1b3d025bcebdf3d9120f43a3",
    ),
    "NotoSansHK": (
        "@expo-google-fonts/noto-sans-hk@0.4.3",
        "250f41901a7f04a3501b25d06db2c5c5b78632f3a9dd0719ce5a797324a8aeb7",
    ),
    "NotoSansArabic": (
        "@expo-google-fonts/noto-sans-arabic@0.4.3",
        "29e966f9d48a4ce7dd3c2c4c016f29cd888089538217303fb2c87de9e7f048ed",
    ),
    "NotoSansHebrew": (
        "@expo-google-fonts/noto-sans-hebrew@0.4.1",
        "f82f8e852e3355521c511f2762a0130216d208d108bf4739aa977eb6a6d3012c",
    ),
    "NotoSansThai": (
        "@expo-google-fonts/noto-sans-thai@0.4.2",
        "44282ae7c24587e7e50f083e5db3aafa8011ac2eac1159ef62be4fc516a66165",
    ),
    "NotoSansDevanagari": (
        "@expo-google-fonts/noto-sans-devanagari@0.4.1",
        "fb9a4c288af3829f383d945fcec350c8cdf99abf18ffe55c987c495bca42e80e",
    ),
}
REGULAR, SEMIBOLD, BOLD = "400Regular", "600SemiBold", "700Bold"
# The sign that carries a mark without a letter, and the two that (dis)join letters.
JOINERS = frozenset({0x200C, 0x200D, 0x25CC})
HAN = (range(0x2E80, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))
SCRIPTS = {
    "NotoSansArabic": (
        *(range(0x600, 0x700), range(0x750, 0x780), range(0x870, 0x900)),
        *(range(0xFB50, 0xFE00), range(0xFE70, 0xFEFF)),
    ),
    "NotoSansHebrew": (range(0x590, 0x600), range(0xFB1D, 0xFB50)),
    "NotoSansThai": (range(0xE00, 0xE80),),
    "NotoSansDevanagari": (
        range(0x900, 0x980),
        *(range(0x1CD0, 0x1D00), range(0xA830, 0xA840), range(0xA8E0, 0xA900)),
    ),
}


def in_ranges(*ranges: range) -> frozenset[int]:
    return frozenset().union(*ranges)


def han_of(codec: str, most_bytes: int = 4, last: int = 1 << 32) -> frozenset[int]:
    """The Chinese characters of an older standard, as Python's codec has it."""
    return frozenset(
        point
        for point in in_ranges(*HAN)
        if 0 < len(code := chr(point).encode(codec, "ignore")) <= most_bytes
        and int.from_bytes(code, "big") <= last
    )


class Maker:
    """Fetches each package once, and writes down what it makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, dict[str, Any]] = {}

    def make(
        self, family: str, weights: Iterable[str], points: frozenset[int] | None = None
    ) -> None:
        """The family in these weights, whole or with these characters alone."""
        package, _ = PACKAGES[family]
        root = self._package(family)
        licence = (root / "LICENSE_FONT").read_text(encoding="utf-8")
        (FONTS / f"{family}-LICENSE.txt").write_text(licence, encoding="utf-8")
        for weight in weights:
            name = f"{family}_{weight}.ttf"
            source, target = root / weight / name, FONTS / name
            if points is None:
                target.write_bytes(source.read_bytes())
            else:
                cut(source, target, points)
            self.made[name] = {
                "package": package,
                "whole": points is None,
                "characters": len(characters(target)),
                "bytes": target.stat().st_size,
                "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
            }

    def characters(self, family: str) -> frozenset[int]:
        """What the whole font has."""
        return characters(self._package(family) / REGULAR / f"{family}_{REGULAR}.ttf")

    def _package(self, family: str) -> Path:
        root = self.folder / family
        if not root.exists():
            package, sha256 = PACKAGES[family]
            packed = subprocess.run(  # noqa: S603
                ["npm", "pack", "--silent", package],  # noqa: S607
                cwd=self.folder,
                check=True,
                capture_output=True,
                text=True,
            )
            archive = self.folder / packed.stdout.split()[-1]
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
            if found != sha256:
                raise SystemExit(f"{package} is not the one that was looked at.")
            with tarfile.open(archive) as files:
                files.extractall(root, filter="data")
        return root / "package"


def characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def cut(source: Path, target: Path, points: frozenset[int]) -> None:
    """The font with these characters, unhinted: a report is printed, or zoomed."""
    options = subset.Options(hinting=False, notdef_outline=True)
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    # The reports read what a font can print from the one kind of map (glyphs.py).
    cmap = CmapSubtable.newSubtable(12)
    cmap.platformID, cmap.platEncID, cmap.language = 3, 10, 0
    cmap.cmap = font.getBestCmap()
    font["cmap"].tables = [cmap]
    font.save(target)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(Path(folder))
        maker.make("Inter", (REGULAR, SEMIBOLD, BOLD))
        maker.make("NotoSansSC", (REGULAR,))
        # Bold: GB 2312, the first level of Big5, JIS X 0208. A rarer one is regular.
        common = (
            han_of("gb2312") | han_of("big5", last=0xC67E) | han_of("euc_jp", 2)
        ) & maker.characters("NotoSansSC")
        maker.make("NotoSansSC", (BOLD,), common)
        # What the Chinese font lacks, extension B and compatibility forms: 𠮷, say.
        have = maker.characters("NotoSansSC")
        for family in ("NotoSansJP", "NotoSansHK"):
            rare = (in_ranges(*HAN) & maker.characters(family)) - have
            maker.make(family, (REGULAR, BOLD), rare)
            have |= rare
        # Bold: the syllables of KS X 1001, those of nearly every name.
        syllables = in_ranges(range(0xAC00, 0xD7A4))
        maker.make("NotoSansKR", (REGULAR,), syllables)
        maker.make("NotoSansKR", (BOLD,), syllables & euc_kr())
        for family, ranges in SCRIPTS.items():
            maker.make(family, (REGULAR, BOLD), in_ranges(*ranges) | JOINERS)
    text = json.dumps(maker.made, indent=1) + "\n"
    (FONTS / "sources.json").write_text(text, encoding="utf-8")


def euc_kr() -> frozenset[int]:
    """The syllables that EUC-KR has a code of two bytes for."""
    return frozenset(
        point
        for point in range(0xAC00, 0xD7A4)
        if len(chr(point).encode("euc_kr", "ignore")) == 2
    )


if __name__ == "__main__":
    main()
