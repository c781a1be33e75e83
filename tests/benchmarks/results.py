"""All that a run has measured, by place, target and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.load import Sample, middle, percentile, times_of
from tests.benchmarks.share import Share

PRODUCT, RAW, IN_PROCESS = "product", "raw over HTTP", "raw in-process"
TARGETS = (PRODUCT, RAW, IN_PROCESS)
PLACES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass
class Results:
    """All samples of a run; the parts that were not run are empty."""

    samples: dict[tuple[str, str, str], list[Sample]] = field(default_factory=dict)
    bare: list[Sample] = field(default_factory=list)
    shares: dict[str, Share] = field(default_factory=dict)
    growth: dict[tuple[str, int, str], list[Sample]] = field(default_factory=dict)

    def add(self, place: str, target: str, work: str, sample: Sample) -> None:
        """Keep one sample."""
        self.samples.setdefault((place, target, work), []).append(sample)

    def add_growth(self, place: str, patients: int, work: str, sample: Sample) -> None:
        """Keep one sample taken beside so many patients."""
        self.growth.setdefault((place, patients, work), []).append(sample)

    def has(self, work: str) -> bool:
        """Was this measured?"""
        return all((place, PRODUCT, work) in self.samples for place in PLACES)

    def per_s(self, place: str, work: str, target: str = PRODUCT) -> float:
        """Return how many of these are done in a second, at the median of the rounds."""
        return middle(self.samples[place, target, work])

    def ratio(self, place: str, work: str, beside: str) -> float:
        """Return how many of these the product does in a second, as a part of what a baseline does."""
        return self.per_s(place, work) / self.per_s(place, work, beside)

    def times_as_long(self, place: str, work: str, beside: str) -> float:
        """Return how many times as long as a baseline the product takes, at the median."""
        product, baseline = (median(times_of(self.samples[place, target, work])) for target in (PRODUCT, beside))
        return product / baseline

    def sizes(self) -> list[int]:
        """Return the numbers of patients that growth was measured with, the smallest first."""
        return sorted({patients for _, patients, _ in self.growth})

    def p95(self, place: str, patients: int, work: str) -> float:
        """Return the time that 95 of 100 do not exceed beside so many patients, in milliseconds."""
        return percentile(times_of(self.growth[place, patients, work]), 0.95)

    def growth_of(self, place: str, work: str) -> float:
        """Return the highest p95 of the larger databases, as a multiple of the smallest one's."""
        smallest, *larger = (self.p95(place, patients, work) for patients in self.sizes())
        return max(larger, default=smallest) / smallest
