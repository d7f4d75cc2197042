"""What studies cost: runs a second, efficiency of two workers, disk, seconds until an effect is known well enough."""
