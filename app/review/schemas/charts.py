"""The wire form of a chart: Vega-Lite, with its title and its figures beside it."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields


class ChartTableSchema(Schema):
    """The chart's figures as a table, with a heading for each column in the reader's language."""

    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.Raw(allow_none=True)), required=True)


class ChartMetaSchema(Schema):
    """What a chart is called, and its figures."""

    title = fields.String(required=True)
    table = fields.Nested(ChartTableSchema, required=True)


class VegaLiteSchema(Schema):
    """A chart in Vega-Lite 5 with its data inside; svg and png are the same, drawn."""

    class Meta:
        """What else Vega-Lite has."""

        unknown = INCLUDE

    schema = fields.String(required=True, data_key="$schema")
    description = fields.String(required=True, metadata={"description": "what the chart shows, in sentences"})
    usermeta = fields.Nested(ChartMetaSchema, required=True)
