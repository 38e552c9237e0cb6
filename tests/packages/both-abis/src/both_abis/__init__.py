from both_abis._counter import ABI, Counter

__all__ = ["ABI", "Counter"]
