"""What somebody else already does: profile → candidates → dimensions → classify → explain → judge.

Every step is a module with one public function on plain values; `measures` reads the values from the graph, `overlaps`
runs the chain from end to end, `evaluate` says how good it is.
"""
