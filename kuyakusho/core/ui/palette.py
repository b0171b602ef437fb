"""The primitive colours of the Digital Agency's design tokens (@digital-go-jp/design-tokens, MIT), by name.

The style sheets take them from the npm package; themes and contrast rules need their values in Python, before
anything is built. A test compares the two.
"""

from __future__ import annotations

STEPS = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200)

_HUES = {
    "blue": "e8f1fe d9e6ff c5d7fb 9db7f9 7096f8 4979f5 3460fb 264af4 0031d8 0017c1 00118f 000071 000060",
    "light-blue": "f0f9ff dcf0ff c0e4ff 97d3ff 57b8ff 39abff 008bf2 0877d7 0066be 0055ad 00428c 00316a 00234b",
    "cyan": "e9f7f9 c8f8ff 99f2ff 79e2f2 2bc8e4 01b7d6 00a3bf 008da6 008299 006f83 006173 004c59 003741",
    "green": "e6f5ec c2e5d1 9bd4b5 71c598 51b883 2cac6e 259d63 1d8b56 197a4b 115a36 0c472a 08351f 032213",
    "lime": "ebfad9 d0f5a2 c0f354 ade830 9ddd15 8cc80c 7eb40d 6fa104 618e00 507500 3e5a00 2c4100 1e2d00",
    "yellow": "fbf5e0 fff0b3 ffe380 ffd43d ffc700 ebb700 d2a400 b78f00 a58000 927200 806300 6e5600 604b00",
    "orange": "ffeee2 ffdfca ffc199 ffa66d ff8d44 ff7628 fb5b01 e25100 c74700 ac3e00 8b3200 6d2700 541e00",
    "red": "fdeeee ffdada ffbbbb ff9696 ff7171 ff5454 fe3939 fa0000 ec0000 ce0000 a90000 850000 620000",
    "magenta": "f3e5f4 ffd0ff ffaeff ff8eff f661f6 f137f1 db00db c000c0 aa00aa 8b008b 6c006c 500050 3b003b",
    "purple": "f1eafa ecddff ddc2ff cda6ff bb87ff a565f8 8843e1 6f23d0 5c10be 5109ad 41048e 30016c 21004b",
}

PRIMITIVES: dict[str, str] = {
    f"{hue}-{step}": f"#{value}"
    for hue, values in _HUES.items()
    for step, value in zip(STEPS, values.split(), strict=True)
}
NEUTRALS: dict[str, str] = {
    "white": "#ffffff",
    "black": "#000000",
    "gray-50": "#f2f2f2",
    "gray-100": "#e6e6e6",
    "gray-200": "#cccccc",
    "gray-300": "#b3b3b3",
    "gray-400": "#999999",
    "gray-420": "#949494",
    "gray-500": "#7f7f7f",
    "gray-536": "#767676",
    "gray-600": "#666666",
    "gray-700": "#4d4d4d",
    "gray-800": "#333333",
    "gray-900": "#1a1a1a",
}
COLOURS = {**PRIMITIVES, **NEUTRALS}
