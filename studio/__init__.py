"""How does a person ask, watch, use it?"""
