from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of one place, from the light to the dark."""

    sky: tuple[str, str]
    sun: str
    #: Hills from the far to the near.
    hills: tuple[str, str, str, str]
    water: tuple[str, str]
    wall: tuple[str, str]
    floor: str
    wood: tuple[str, str]
    accent: str
    leaf: tuple[str, str]
    dark: str


PALETTES: dict[str, Palette] = {
    "dawn": Palette(
        sky=("#dfe9e3", "#f6d9c0"),
        sun="#fff3df",
        hills=("#c4d0c4", "#9db7a8", "#6f9584", "#3f6a5d"),
        water=("#efcdb2", "#5f8b80"),
        wall=("#f4ece0", "#e9dccb"),
        floor="#d8c5ad",
        wood=("#c99f78", "#a87b56"),
        accent="#cf8562",
        leaf=("#5d8473", "#355c50"),
        dark="#1d3d36",
    ),
    "clay": Palette(
        sky=("#f7e6d3", "#eeb593"),
        sun="#fff0d6",
        hills=("#e6bd9f", "#d1967a", "#a9684f", "#6f4236"),
        water=("#f2c6a4", "#a5705c"),
        wall=("#f3dfcb", "#e7c4a7"),
        floor="#c98e6d",
        wood=("#b97a55", "#8d563a"),
        accent="#fbe9d5",
        leaf=("#8a8f63", "#5b6444"),
        dark="#43271f",
    ),
    "mist": Palette(
        sky=("#cfdadd", "#eef0ea"),
        sun="#ffffff",
        hills=("#bccbd0", "#94abb3", "#64818b", "#3a5560"),
        water=("#dfe6e4", "#6d8d97"),
        wall=("#ebeeec", "#d6dedd"),
        floor="#b7c3c4",
        wood=("#a8a090", "#7d7667"),
        accent="#d9a679",
        leaf=("#6d8f86", "#41655f"),
        dark="#223740",
    ),
    "dusk": Palette(
        sky=("#59608a", "#e9a99a"),
        sun="#ffe2c4",
        hills=("#9c86a3", "#7b6b92", "#57517a", "#37365a"),
        water=("#dd9f98", "#484a74"),
        wall=("#e9dbe0", "#d3bec9"),
        floor="#a98ba0",
        wood=("#a97c78", "#7c5658"),
        accent="#f0bf8f",
        leaf=("#68708f", "#42486b"),
        dark="#26264a",
    ),
    "fern": Palette(
        sky=("#e6efdf", "#cfe0c3"),
        sun="#fdfbe6",
        hills=("#bcd2b2", "#93b58d", "#5f8d67", "#356448"),
        water=("#d9e7cf", "#568873"),
        wall=("#f1f2e4", "#dfe5cf"),
        floor="#c3c79f",
        wood=("#c4a777", "#987d51"),
        accent="#e0a05f",
        leaf=("#4f8560", "#2b5a41"),
        dark="#1b3d2e",
    ),
    "night": Palette(
        sky=("#142f3a", "#3f6f73"),
        sun="#fdf3d9",
        hills=("#4d7c7d", "#356366", "#234c51", "#15353c"),
        water=("#5d8f8c", "#12303a"),
        wall=("#d8ded6", "#bccac3"),
        floor="#7f9a95",
        wood=("#8e7a63", "#645443"),
        accent="#e8b26f",
        leaf=("#3d7268", "#1f4a47"),
        dark="#0d232b",
    ),
}
