import pytest

import ⟨module⟩


def test_mean():
    assert ⟨module⟩.mean([1, 2, 6]) == 3.0
    assert ⟨module⟩.mean(iter([0.5])) == 0.5


def test_there_has_to_be_a_value():
    with pytest.raises(ValueError, match="no values"):
        ⟨module⟩.mean([])


def test_values_are_numbers():
    with pytest.raises(TypeError):
        ⟨module⟩.mean(["1"])
