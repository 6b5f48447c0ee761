"""How fast the product is, measured against what it could not be faster than and against another library."""
