"""Decision tables as DMN 1.5 XML, with what DMN has no word for in an extension."""

from .reading import read
from .writing import write, write_for_modeler

__all__ = ["read", "write", "write_for_modeler"]
