"""Charts as Vega-Lite, made of what a reader may see: numbers and our own words, never a person's text."""
