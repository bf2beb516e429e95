"""What is asked: one `.rq` file a question, and the catalogue that reads and runs them."""

from queries.catalogue import Askable, Parameter, Query, Row, Value, WrongParameter, named, names

__all__ = ["Askable", "Parameter", "Query", "Row", "Value", "WrongParameter", "named", "names"]
