"""Makes the tables of sim/data from the raw ones in sim/data/raw: ``python -m sim.data.build``."""
