"""The count of a network's arithmetic, against sums made by hand."""

from arithmetic import flop_per_image


def test_default_network() -> None:
    assert flop_per_image() == 6 * (2_236_416 + 8_192 + 256 + 6_272 + 1_806_336 + 3_612_672 + 225_792)


def test_stacks_of_each_kind() -> None:
    lstm = 28 * (28 + 8) * 32 + 28 * (8 + 4) * 16
    dense = 4 * 6 + 6 * 5 + 2 * 5 * 3
    grid = 3 * 7 * 7 * 16
    decoder = 49 * 9 * 16 * 16 + 196 * 9 * 16 * 8 + 784 * 9 * 8 * 2 + 784 * 9 * 2
    assert flop_per_image((8, 4), (6, 5), 3, (16, 8, 2)) == 6 * (lstm + dense + grid + decoder)


def test_no_fully_connected_layer_and_one_filter_layer() -> None:
    lstm = 28 * (28 + 8) * 32
    decoder = 2 * 196 * 4 + 196 * 9 * 4 * 4 + 784 * 9 * 4
    assert flop_per_image((8,), (), 2, (4,)) == 6 * (lstm + 2 * 8 * 2 + decoder)
