"""What a training copy of a ward has of this room."""

from kuyakusho.core.wards.training import copies

copies("indicators.Indicator", "indicators.Target", "indicators.Observation")
