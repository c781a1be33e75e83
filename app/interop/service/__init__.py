"""What other systems bring and take: run files in; resources and tables out."""
