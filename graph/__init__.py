"""What is known and what follows from it: store, datasets, sources, import, comparison, networks.

Two defaults of rdflib are not SPARQL's and are set here once, before anything else of this package runs: a
`Dataset`'s default graph is not the union of its named graphs, and `FROM <iri>` must not fetch anything. Literals
keep the form their source gave them.
"""

import rdflib
import rdflib.plugins.sparql

rdflib.NORMALIZE_LITERALS = False
rdflib.plugins.sparql.SPARQL_DEFAULT_GRAPH_UNION = False
rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
