"""Speed and scale: `python -m benchmarks` measures, prints one table and writes docs/speed.md."""
