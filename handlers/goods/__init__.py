"""Goods on their way from one store to another: what the kinds share that move a part."""
