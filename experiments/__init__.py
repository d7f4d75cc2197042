"""Studies of the model: the command line, runs, figures and what they write."""
