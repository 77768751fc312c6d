"""The quality of images as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstm_vae.generation.quality import PAIRS, Quality

MOST_PAIRS = 6


def lines_of(rows: Sequence[Quality], latent_accuracy: float) -> Iterator[str]:
    """Lines of at most 100 characters.

    Args:
        rows: the model's first, then what it is set beside.
        latent_accuracy: of the model.
    """
    first = rows[0]
    yield f"\n{first.count:,} generated images, as a classifier sees them beside as many real ones"
    names = ("Frechet", "precision", "recall", "density", "coverage", "entropy", "confident", "ambiguous")
    width = max(len(row.name) for row in rows)
    yield " ".join([" " * (width + 2), f"{names[0]:>15}", *(f"{name:>9}" for name in names[1:])])
    for row in rows:
        own = row.manifold
        numbers = (own.precision, own.recall, own.density, own.coverage, row.use.entropy, row.use.confidence)
        cells = [f"{number:9.3f}" for number in numbers] + [f"{row.use.ambiguous:9.1%}"]
        distance = f"{row.frechet:.1f} +- {row.frechet_error:.1f}"
        yield " ".join([f"  {row.name:<{width}}", f"{distance:>15}", *cells])
    by_pair = first.use.by_pair
    pairs = sorted(by_pair, key=lambda pair: (-by_pair[pair], pair not in PAIRS))[:MOST_PAIRS]
    told = ", ".join(f"{one}/{other} {by_pair[one, other]:.1%}" for one, other in pairs)
    yield f"  ambiguous between {told}"
    shares = ", ".join(f"{label} {share:.0%}" for label, share in enumerate(first.use.shares))
    yield f"  classes: {shares}"
    yield f"  nearest neighbours in latent space name the class of {latent_accuracy:.1%} of unseen images"
