"""Calibration: free parameters fitted to observed series by sequential approximate Bayesian computation.

``distance`` says how far runs are from series, ``abc`` samples, ``sets`` reads what is free and what is fitted,
``session`` runs the generations as studies, ``tables``, ``page`` and ``figures`` say what came out.
"""

from __future__ import annotations
