"""SPARQL over HTTP: protocol, graph store, service description, and the processes that answer foreign queries."""
