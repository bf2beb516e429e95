"""What is known and what follows from it: store, datasets, sources, import, comparison, networks.

Literals keep the form their source gave them: rdflib would rewrite them when it reads them.
"""

import rdflib

rdflib.NORMALIZE_LITERALS = False
