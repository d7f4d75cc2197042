"""Pages of ``docs/`` that commands make: the questions and the gallery of figures."""
