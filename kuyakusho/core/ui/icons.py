"""Our own pictograms: strokes on a grid of 24, square ends, as on the signs of a building.

Each is decoration beside a word, never in place of one: templates hide them from screen readers.
"""

from __future__ import annotations

# Strokes; drawn with stroke-width 2 and no fill.
ICONS: dict[str, str] = {
    "arrow": "M3 12h17M13 5l7 7-7 7",
    "back": "M21 12H4M11 5l-7 7 7 7",
    "up": "M12 21V4M5 11l7-7 7 7",
    "down": "M12 3v17M5 13l7 7 7-7",
    "next": "M9 5l7 7-7 7",
    "previous": "M15 5l-7 7 7 7",
    "open": "M5 9l7 7 7-7",
    "external": "M10 5H4v15h15v-6M14 3h7v7M21 3l-10 10",
    "download": "M12 3v12M6 10l6 6 6-6M4 21h16",
    "print": "M7 9V3h10v6M7 17H3V9h18v8h-4M7 14h10v7H7z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.2 15.2 21 21",
    "globe": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18",
    "menu": "M3 6h18M3 12h18M3 18h18",
    "close": "M5 5l14 14M19 5 5 19",
    "check": "M4 12.5l5.5 5.5L20 6.5",
    "plus": "M12 4v16M4 12h16",
    "minus": "M4 12h16",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.5l4 2.5",
    "stale": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 15.5v2",
    "calendar": "M4 5h16v16H4zM4 10h16M8 2.5V7M16 2.5V7",
    "phone": "M6 3l4 1 1 5-3 2c1 2.5 2.5 4 5 5l2-3 5 1 1 4c-1 2-2.5 3-4 3C9.5 21 3 14.5 3 7c0-1.5 1-3 3-4z",
    "place": "M12 21c4.5-5 7-8.5 7-11.5a7 7 0 0 0-14 0C5 12.5 7.5 16 12 21zM12 7.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
    "mail": "M3 5h18v14H3zM3 6l9 7.5L21 6",
    "paper": "M5 3h9l5 5v13H5zM14 3v5h5M8.5 13h7M8.5 17h7",
    "person": "M12 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-5 3.5-7 8-7s8 2 8 7",
    "people": "M8.5 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2 20c0-4.5 3-6 6.5-6s6.5 1.5 6.5 6M15 5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.5.5 4.5 2 4.5 5.5",
    "home": "M3 11l9-8 9 8M6 9v12h12V9M10 21v-6h4v6",
    "keys": "M2.5 6h19v12h-19zM6 10h1M10 10h1M14 10h1M18 10h.5M7 14h10",
    "copy": "M8 8h12v13H8zM16 8V3H4v13h4",
    "filter": "M3 5h18l-7 8v6l-4 2v-8z",
    "history": "M4 4v5h5M4.5 9a8.5 8.5 0 1 1-1 5M12 7.5V12l3 2.5",
    "change": "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
    "out": "M10 4H4v16h6M9 12h12M16 7l5 5-5 5",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v2",
    "good": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7.5 12.5l3 3 6-6.5",
    "warn": "M12 3 22 20.5H2zM12 9.5v5M12 16.5v1.5",
    "bad": "M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.5 8.5l7 7M15.5 8.5l-7 7",
    "emergency": "M12 2.5l3 3h4v4l3 2.5-3 2.5v4h-4l-3 3-3-3H5v-4L2 12l3-2.5v-4h4zM12 7v6M12 15v2",
}

# Shapes of states, told apart without colour; drawn filled on a grid of 16.
SHAPES: dict[str, str] = {
    # a disc with a tick
    "good": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm4.6 5.8-5.4 6-3.8-3.6 1.3-1.4 2.4 2.2 4-4.5z",
    # an octagon with a cross
    "bad": "M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7zm-.1 5.9L6.6 8l-2 2.1 1.3 1.3L8 9.4l2.1 2 1.3-1.3L9.4 8l2-2.1-1.3-1.3L8 6.6 5.9 4.6z",
    # a triangle with a mark
    "warn": "M8 .5l8 15H0zM7.1 6v5h1.8V6zm0 6.2v1.8h1.8v-1.8z",
    # a square
    "info": "M1 1h14v14H1zm6.1 6v5.5h1.8V7zm0-3.2v1.9h1.8V3.8z",
    # half a disc: under way
    "now": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm0 2a6 6 0 0 1 0 12z",
    # a ring: not begun
    "plain": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm0 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z",
    # a bar: can't be told
    "none": "M1 6.5h14v3H1z",
}
