"""What other rooms may use of this engine.

built(capability)                     at start-up: this room works
set_offers(ward, specs, actor=…)      from the pack
offers(ward, variant, serving=rows)   what a resident can do here
"""

from .queries import Shown, offers
from .registry import built, is_built
from .services import OfferSpec, set_offers

__all__ = ["OfferSpec", "Shown", "built", "is_built", "offers", "set_offers"]
