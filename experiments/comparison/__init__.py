"""The verb ``compare``: what is asked, which runs that takes, and what is told of them."""
