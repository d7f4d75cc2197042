"""What was seen and what the model's instruments would have seen: the ground of calibration and validation.

series.py: observed series with the day on which each point was known. links.py: the scale on which series are compared.
readings.py: instruments of many runs at the points of a series. known.py: the world as it was known at an origin.
inversion.py: lab strengths from shares, by what
residuals.py finds lacking.
"""
