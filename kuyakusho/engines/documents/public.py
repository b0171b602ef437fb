"""What other rooms may use of this engine.

render_pdf(template, data, title=…, lang=…)   the PDF
render(…)                                     the PDF, and which characters no font had
"""

from .fonts import NoFonts
from .rendering import Rendered, TemplateFailed, render, render_pdf

__all__ = ["NoFonts", "Rendered", "TemplateFailed", "render", "render_pdf"]
